"""Shape of what coordinators type about visits."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, cast
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from models import Account, Area, Consultation, Participant, Support, Visit, VisitPlan, utc_now
from models.visits import LONGEST_KEY, MONTHLY, MOST_MONTHS
from models.years import town_day
from web.consultations.forms import LONGEST_TEXT, TOO_LONG, not_in_the_future
from web.fields import Between, Day, PastDay, WholeNumber, members_of, options, plain
from web.i18n import locale
from web.registered.forms import RegisteredField
from web.registered.queries import Register
from web.visits.services import Report, Rhythm

MOST_PEOPLE: Final = 9999
NONE: Final = "none"


class VisitForm(FlaskForm):
    """Where somebody was, how they helped, and what they saw and heard; written on a phone in a minute."""

    area = SelectField(_l("Place"), default="", description=_l("Not needed where you choose a body."))
    participant = RegisteredField(_l("Body (optional)"), without=_l("None"))
    visited_on = PastDay(_l("On which day?"), validators=[InputRequired(_l("Enter a day.")), not_in_the_future])
    support = RadioField(
        _l("How did you help?"),
        choices=members_of(Support),
        default=Support.BEING_THERE.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    heard = TextAreaField(
        _l("What did you hear?"),
        filters=[plain],
        render_kw={"rows": 4},
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    seen = TextAreaField(
        _l("What did you see?"),
        filters=[plain],
        render_kw={"rows": 3},
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    people_met = WholeNumber(
        _l("How many people did you meet? (optional)"),
        validators=[Optional(), Between(0, MOST_PEOPLE, _l("Enter a number from 0 to 9999."))],
    )
    sent_key = HiddenField()
    consultation = HiddenField()
    version = HiddenField()

    @classmethod
    def to_record(
        cls,
        places: Sequence[Area],
        bodies: Register,
        *,
        at: Area | None,
        to: Participant | None,
        about: Consultation | None,
    ) -> "VisitForm":
        """Return the form for a new visit, with the place or body that a link named."""
        form = cls()
        form._offer(places, bodies, first=to or (None if about is None else about.participant))
        if not form.is_submitted():
            form.visited_on.data, form.sent_key.data = town_day(utc_now()), uuid4().hex
            form.consultation.data = "" if about is None else str(about.id)
            if to is None and about is not None and about.participant_id is not None:
                form.participant.data = str(about.participant_id)
            form._preselect(at or (None if about is None else about.area), to)
        return form

    @classmethod
    def to_edit(cls, visit: Visit, places: Sequence[Area], bodies: Register) -> "VisitForm":
        """Return the form with what was written down."""
        form = cls()
        form._offer(places, bodies, first=visit.participant)
        if not form.is_submitted():
            for name in ("visited_on", "heard", "seen", "people_met", "sent_key"):
                form[name].data = getattr(visit, name)
            form.support.data, form.version.data = visit.support.value, str(visit.version)
            form._preselect(visit.area, visit.participant)
        return form

    def _offer(self, places: Sequence[Area], bodies: Register, *, first: Participant | None) -> None:
        self.places = {str(place.id): place for place in places}
        self.area.choices = options([("", _l("Choose")), *names_of(places)])
        self.participant.offer(bodies, also=[] if first is None else [first])

    def _preselect(self, at: Area | None, to: Participant | None) -> None:
        if to is not None:
            self.participant.data = str(to.id)
        if at is not None or to is not None:
            self.area.data = str(at.id if at is not None else to.area_id)  # type: ignore[union-attr]  # one of the two is there
        elif len(self.places) == 1:
            self.area.data = next(iter(self.places))

    def validate_area(self, field: SelectField) -> None:
        """Ask where it was."""
        if not field.data and not self.participant.data:
            raise ValidationError(_("Choose a place or a body."))

    def validate_heard(self, field: TextAreaField) -> None:
        """Ask for one thing that was seen or heard."""
        if not field.data and not self.seen.data:
            raise ValidationError(_("Write what you heard or saw; a few words are enough."))

    def validate_sent_key(self, field: HiddenField) -> None:
        """Give what came without a key one of its own."""
        field.data = (field.data or uuid4().hex)[:LONGEST_KEY]

    @property
    def report(self) -> Report:
        """Return what was written down."""
        body = self.participant.chosen
        return Report(
            visited_on=cast("date", self.visited_on.data),
            support=Support(self.support.data),
            seen=self.seen.data or "",
            heard=self.heard.data or "",
            people_met=self.people_met.data,
            area=self.places[self.area.data] if self.area.data or body is None else body.area,
            participant=body,
        )


class PlanForm(FlaskForm):
    """How often somebody goes to a place or body."""

    area = SelectField(_l("Place"), default="", description=_l("Not needed where you choose a body."))
    participant = RegisteredField(_l("Only to one body (optional)"), without=_l("None"))
    every_months = WholeNumber(
        _l("Every how many months?"),
        default=MONTHLY,
        validators=[
            InputRequired(_l("Enter a number.")),
            Between(1, MOST_MONTHS, _l("Enter a number from 1 to 24.")),
        ],
    )
    begins_on = Day(_l("From which day?"), validators=[InputRequired(_l("Enter a day."))])
    visitor = SelectField(_l("Who goes there?"), validate_choice=False)

    @classmethod
    def to_begin(
        cls, places: Sequence[Area], bodies: Register, *, at: Area | None, to: Participant | None
    ) -> "PlanForm":
        """Return the form for a new plan, with the place or body that a link named."""
        form = cls()
        form.places = {str(place.id): place for place in places}
        form.area.choices = options([("", _l("Choose")), *names_of(places)])
        form.participant.offer(bodies, also=[] if to is None else [to])
        if not form.is_submitted():
            form.begins_on.data = town_day(utc_now())
            form.participant.data = "" if to is None else str(to.id)
            form.area.data = "" if at is None else str(at.id)
        return form

    @classmethod
    def to_edit(cls, plan: VisitPlan) -> "PlanForm":
        """Return the form with a plan that stands."""
        form = cls()
        del form.area, form.participant
        form.row = plan
        if not form.is_submitted():
            form.every_months.data, form.begins_on.data = plan.every_months, plan.begins_on
            form.visitor.data = "" if plan.visitor_id is None else str(plan.visitor_id)
        return form

    row: VisitPlan | None = None

    def offer_visitors(self, visitors: Sequence[Account]) -> None:
        """Let the reader choose among those who coordinate the place."""
        self.visitors = {str(one.id): one for one in visitors}
        names: list[tuple[str, Any]] = [("", _l("Nobody in particular"))]
        self.visitor.choices = options([*names, *((key, one.name) for key, one in self.visitors.items())])

    @property
    def place(self) -> Area | None:
        """Return the place that is planned for, as far as it is chosen."""
        if self.row is not None:
            return self.row.area
        body = self.participant.chosen
        place: Area | None = body.area if body is not None else self.places.get(self.area.data)
        return place

    def validate_area(self, field: SelectField) -> None:
        """Ask where it is."""
        if not field.data and not self.participant.data:
            raise ValidationError(_("Choose a place or a body."))

    def validate_visitor(self, field: SelectField) -> None:
        """Refuse somebody who does not coordinate the place."""
        if field.data and field.data not in self.visitors:
            raise ValidationError(_("This person does not coordinate the place. Choose somebody else."))

    def rhythm(self, area: Area) -> Rhythm:
        """Return what was planned."""
        body = self.row.participant if self.row is not None else self.participant.chosen
        return Rhythm(
            area=area,
            participant=body,
            every_months=self.every_months.data or MONTHLY,
            begins_on=cast("date", self.begins_on.data),
            visitor=self.visitors.get(self.visitor.data),
        )


class VisitFilter(Form):
    """What the plan and the visits are narrowed down by."""

    area = SelectField(_l("Place"), validate_choice=False)
    mine = BooleanField(_l("Only where I go"))

    def offer(self, places: Iterable[Area]) -> None:
        """Let the select offer the places of the reader."""
        self.area.choices = options([("", _l("Every place")), *((one.path, one.name(locale())) for one in places)])

    def active(self) -> dict[str, str]:
        """Return the parts that narrow the lists, as the parameters of their address."""
        parts = {"area": self.area.data or "", "mine": "y" if self.mine.data else ""}
        return {name: value for name, value in parts.items() if value}


def names_of(places: Iterable[Area]) -> list[tuple[str, str]]:
    """Return the ids and names of places, as choices."""
    return [(str(place.id), place.name(locale())) for place in places]
