"""Shape of what people type about seasons."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from matching.composing import MOST_PARTNERS
from models import Area, Season, SeasonStep
from models.seasons import proposed_dates
from web.fields import Between, Day, WholeNumber, one_line, options, plain
from web.i18n import locale
from web.labels import label
from web.seasons.queries import Show
from web.seasons.services import Plan

LONGEST_TEXT: Final = 4000
TOO_LONG: Final = _l("Please keep it under 4,000 characters.")
NO_TEAM: Final = "none"


class ListFilter(Form):
    """Which seasons a list shows."""

    show = SelectField(
        _l("Which seasons?"),
        choices=options([(Show.NOW.value, _l("Going on or coming")), (Show.PAST.value, _l("Past"))]),
        default=Show.NOW.value,
        validate_choice=False,
    )

    @property
    def chosen(self) -> Show:
        """Return what was chosen."""
        return Show(self.show.data) if self.show.data in set(Show) else Show.NOW


class KickOffForm(FlaskForm):
    """The one day from which all others are proposed."""

    class Meta:
        """It changes nothing, so it is sent as an address."""

        csrf = False

    kick_off_on = Day(
        _l("On which day is the kick-off?"),
        description=_l("All other dates are proposed from it. You can change each."),
        validators=[InputRequired(_l("Enter a day."))],
    )


def _day(called: Any, hint: Any) -> Day:
    return Day(called, description=hint, validators=[InputRequired(_l("Enter a day."))])


class PlanForm(FlaskForm):
    """A season with its dates."""

    name = StringField(
        _l("Name of the season"),
        description=_l("For example: Pro-bono summer challenge 2027."),
        filters=[one_line],
        validators=[
            DataRequired(_l("Give it a name.")),
            Length(max=120, message=_l("Please keep it under 120 characters.")),
        ],
    )
    area = SelectField(_l("For which place?"), validators=[InputRequired(_l("Choose one."))])
    summary = TextAreaField(
        _l("What is it about?"),
        description=_l("Anybody can read this: who can take part, what happens, whom to ask."),
        filters=[plain],
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    team_size = WholeNumber(
        _l("How many professionals are in a team at most?"),
        description=_l("1 to 4: a partnership has at most four partners beside the organisation."),
        default=3,
        validators=[
            InputRequired(_l("Enter a number from 1 to 4.")),
            Between(1, MOST_PARTNERS, _l("Enter a number from 1 to 4.")),
        ],
    )
    briefing_on = _day(_l("Briefing"), _l("Organisations and professionals hear about it."))
    entries_close_on = _day(_l("Entries close"), _l("The last day for entering and for taking an entry back."))
    orientation_on = _day(_l("Orientation"), _l("The teams are known by then."))
    kick_off_on = _day(_l("Kick-off"), _l("The teams begin."))
    work_ends_on = _day(_l("Work ends"), _l("The last day of work."))
    presentation_on = _day(_l("Presentation"), _l("The teams present what they made."))
    looking_back_on = _day(_l("Looking back"), _l("All look back together."))
    seen = HiddenField()

    def offer_areas(self, areas: Sequence[Area]) -> None:
        """Let the coordinator choose among the places they look after."""
        self.area.choices = options([(str(area.id), area.name(locale())) for area in areas])

    def propose(self, kick_off: date) -> None:
        """Fill in the dates that follow from the kick-off."""
        for step, day in proposed_dates(kick_off).items():
            self.day_of(step).data = day

    def day_of(self, step: SeasonStep) -> Day:
        """Return the field of a step."""
        field: Day = self[f"{step.value}_on"]
        return field

    def fill_from(self, season: Season) -> None:
        """Show what was planned."""
        self.name.data, self.summary.data, self.team_size.data = season.name, season.summary, season.team_size
        self.area.data, self.seen.data = str(season.area_id), str(season.version)
        for step, day in season.dates.items():
            self.day_of(step).data = day

    def validate_seen(self, field: HiddenField) -> None:
        """Refuse to overwrite what somebody changed meanwhile."""
        if getattr(self, "season", None) is not None and field.data != str(self.season.version):
            self.name.errors = [
                *self.name.errors,
                _("Somebody else changed this season meanwhile. Open the page again and look at it first."),
            ]
            raise ValidationError

    def about(self, season: Season) -> None:
        """Change this season; its place stays, and the size of approved teams."""
        self.season = season
        del self.area

    def validate_team_size(self, field: WholeNumber) -> None:
        """Refuse another size once the teams are approved."""
        season = getattr(self, "season", None)
        if season is not None and season.approved_at is not None and field.data != season.team_size:
            raise ValidationError(_("The teams are approved. Their size stays %(size)s.", size=season.team_size))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that the dates follow each other."""
        is_valid = super().validate(extra_validators)
        former: tuple[SeasonStep, date] | None = None
        for step in SeasonStep:
            field = self.day_of(step)
            if field.data is None:
                continue
            if former is not None and field.data < former[1]:
                field.errors = [
                    *field.errors,
                    _("This is before “%(step)s”. The dates follow each other.", step=label(former[0])),
                ]
                is_valid = False
            former = (step, field.data)
        return bool(is_valid)

    @property
    def planned(self) -> Plan:
        """Return what was planned."""
        return Plan(
            name=self.name.data or "",
            summary=self.summary.data or "",
            team_size=self.team_size.data or 1,
            dates={step: day for step in SeasonStep if (day := self.day_of(step).data) is not None},
        )


class EntryForm(FlaskForm):
    """Which need or offer enters a season."""

    row = SelectField(_l("Which one?"), validators=[InputRequired(_l("Choose one."))])

    def offer_choices(self, rows: Sequence[tuple[str, str]]) -> None:
        """Let the reader choose among what they may enter."""
        self.row.choices = options([("", _l("Choose")), *rows])


class MoveForm(FlaskForm):
    """Who goes into which team."""

    professional = SelectField(_l("Who?"), validators=[InputRequired(_l("Choose one."))])
    project = SelectField(_l("Into the team of which project?"), validators=[InputRequired(_l("Choose one."))])

    def offer_choices(self, professionals: Sequence[tuple[str, str]], projects: Sequence[tuple[str, str]]) -> None:
        """Let the coordinator choose among those who entered."""
        self.professional.choices = options([("", _l("Choose")), *professionals])
        self.project.choices = options([("", _l("Choose")), *projects, (NO_TEAM, _l("Into no team"))])


class TextForm(FlaskForm):
    """A text about what came of it."""

    text = TextAreaField(
        _l("Text"),
        filters=[plain],
        validators=[DataRequired(_l("Write something.")), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )

    @classmethod
    def of(cls, text: str, *, called: Any, hint: Any) -> "TextForm":
        """Return the form with what was written."""
        form = cls()
        form.text.label.text, form.text.description = called, hint
        if not form.is_submitted():
            form.text.data = text
        return form
