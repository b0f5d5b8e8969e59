"""Shape of what people type about networks."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from models import Area, Network
from web.fields import Day, narrowed, one_line, options, plain
from web.i18n import day
from web.networks.queries import PAST, PRESENT
from web.networks.services import Mission

YES, NO = "yes", "no"
LONGEST_TEXT: Final = 2000
LONGEST_WORDS: Final = 100
TOO_LONG: Final = _l("Please keep it under 2,000 characters.")


def _text(label: Any, missing: Any, description: Any = "", *, rows: int = 3) -> TextAreaField:
    return TextAreaField(
        label,
        description=description,
        filters=[plain],
        render_kw={"rows": rows},
        validators=[DataRequired(missing), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )


class MissionForm(FlaskForm):
    """What a network is for."""

    version = HiddenField()
    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter a name.")), Length(max=120, message=_l("Write at most 120 characters."))],
    )
    mission = _text(
        _l("Mission"),
        _l("Write what it is for."),
        _l("One thing that shall be different at the end. The network ends with it."),
    )
    measure = _text(
        _l("How does one see that it is fulfilled?"),
        _l("Write how one sees it."),
        _l("For example: every district has a watch on the way to school."),
        rows=2,
    )


class FoundForm(MissionForm):
    """A new network: for what, where, and until when."""

    area = SelectField(_l("Place"), validators=[InputRequired(_l("Choose a place."))])
    starts_on = Day(_l("From which day?"), validators=[InputRequired(_l("Enter a day."))])
    ends_on = Day(
        _l("Until which day?"), validators=[InputRequired(_l("Enter a day. A network without an end is not founded."))]
    )

    def offer(self, places: Sequence[Area], language: str) -> None:
        """Give the places that the account looks after."""
        self.places = {place.path: place for place in places}
        named = [(path, place.name(language)) for path, place in self.places.items()]
        self.area.choices = [SelectChoice("", _("Choose a place")), *options(named)]
        if len(places) == 1 and not self.area.data:
            self.area.data = places[0].path

    def validate_ends_on(self, field: Day) -> None:
        """Refuse an end before the start."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day lies before the first day."))

    @property
    def founded(self) -> Mission:
        """Return what was typed into a valid form."""
        if self.starts_on.data is None or self.ends_on.data is None:
            raise ValueError("a network has a first and a last day")
        return Mission(
            name=self.name.data or "",
            mission=self.mission.data or "",
            measure=self.measure.data or "",
            area=self.places[self.area.data],
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )


class ExtendForm(FlaskForm):
    """Until when the mission goes on, and why."""

    until = Day(_l("Until which day?"), validators=[InputRequired(_l("Enter a day."))])
    why = StringField(
        _l("Why is more time needed?"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write why.")),
            Length(max=500, message=_l("Please keep it under 500 characters.")),
        ],
    )

    def about(self, network: Network) -> None:
        """Keep to days after the present end."""
        self.network = network

    def validate_until(self, field: Day) -> None:
        """Refuse a day that is no later than the present end."""
        if field.data is not None and field.data <= self.network.ends_on:
            raise ValidationError(_("It ends on %(day)s now. Enter a later day.", day=day(self.network.ends_on)))


class EndForm(FlaskForm):
    """Whether the mission was fulfilled, and why the network ends."""

    fulfilled = RadioField(
        _l("Was the mission fulfilled?"),
        choices=options([(YES, _l("Yes")), (NO, _l("No"))]),
        validators=[InputRequired(_l("Choose yes or no."))],
    )
    because = _text(_l("Why does it end?"), _l("Write why."))


class FindForm(Form):
    """Whom to look for as a member."""

    member = StringField(_l("Name of the group or person"), filters=[narrowed])

    @property
    def words(self) -> str:
        """Return what is looked for."""
        return (self.member.data or "")[:LONGEST_WORDS].replace("\0", "")


class NetworkFilter(Form):
    """What the list of networks is narrowed down to."""

    q = StringField(_l("Words"), filters=[narrowed])
    area = SelectField(_l("Place"), validate_choice=False)
    show = SelectField(
        _l("Show"),
        choices=options([(PRESENT, _l("Those that go on")), (PAST, _l("Those that have ended"))]),
        default=PRESENT,
        validate_choice=False,
    )

    def offer(self, areas: Sequence[Area], language: str) -> None:
        """Give the choices of places."""
        self.area.choices = options([("", _("All")), *((one.path, one.name(language)) for one in areas)])

    @property
    def active(self) -> dict[str, str]:
        """Return what narrows the list, as the parameters of its address."""
        typed = {
            "q": (self.q.data or "")[:LONGEST_WORDS].replace("\0", ""),
            "area": (self.area.data or "").replace("\0", ""),
            "show": PAST if self.show.data == PAST else "",
        }
        return {name: value for name, value in typed.items() if value}
