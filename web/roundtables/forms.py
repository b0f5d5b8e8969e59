"""Shape of what is typed about meetings."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from models import (
    Area,
    AreaPlan,
    Goal,
    Network,
    Participant,
    ParticipantKind,
    Partnership,
    Roundtable,
    RoundtableKind,
    utc_now,
)
from models.years import TOWN_TIME, town_day
from web.fields import Between, Day, PastDay, WholeNumber, members_of, one_line, options, plain
from web.i18n import locale
from web.labels import LABELS
from web.reading import clock_time
from web.registered.forms import RegisteredField
from web.registered.queries import Register
from web.roundtables.queries import Narrowing
from web.roundtables.services import Came, Invitation, Minutes

LONGEST_TEXT: Final = 8000
MOST_PEOPLE: Final = 9999
BODY_ROWS: Final = 4
BLANK_ROWS: Final = 2
MOST_BODY_ROWS: Final = 40
DECISION_ROWS: Final = 4
AHEAD, PAST = "ahead", "past"
TOO_LONG: Final = _l("Please keep it under 8,000 characters.")
# How many people of each kind came besides the bodies that are named: one field a kind.
OTHERS: Final = {kind: f"people_{kind.value}" for kind in ParticipantKind}
GOAL, PLAN, PARTNERSHIP = "goal", "plan", "partnership"


def _text(text: Any, rows: int, *, hint: Any = "", required: Any = None) -> TextAreaField:
    needed = [DataRequired(required)] if required else []
    return TextAreaField(
        text,
        description=hint,
        filters=[plain],
        render_kw={"rows": rows},
        validators=[*needed, Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )


def _time(text: str | None) -> time | None:
    try:
        return clock_time(text or "")
    except ValueError:
        return None


def _given(field: Day) -> date:
    if field.data is None:
        raise ValueError("a day that was not typed is none")
    return field.data


class RoundtableForm(FlaskForm):
    """What a meeting is about, where and when it is."""

    kind = RadioField(
        _l("What sort of meeting?"),
        choices=members_of(RoundtableKind),
        default=RoundtableKind.ROUNDTABLE.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    title = StringField(
        _l("What is it about?"),
        description=_l("For example: how we get to the shops in ten years"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write what it is about.")),
            Length(max=120, message=_l("Please keep it under 120 characters.")),
        ],
    )
    area = SelectField(_l("For which place?"), validators=[InputRequired(_l("Choose a place."))])
    on = Day(_l("On which day?"), validators=[InputRequired(_l("Enter a day."))])
    begins = StringField(
        _l("From"),
        filters=[one_line],
        render_kw={"inputmode": "numeric", "placeholder": "18:30"},
        validators=[DataRequired(_l("Write a time of day, for example 18:30."))],
    )
    ends = StringField(
        _l("To (optional)"), filters=[one_line], render_kw={"inputmode": "numeric", "placeholder": "20:00"}
    )
    place = StringField(
        _l("Where (optional)"),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )
    agenda = _text(_l("Agenda (optional)"), 6, hint=_l("One point a line. It is printed for the table."))
    convenor = RegisteredField(_l("Which body calls it? (optional)"), without=_l("None"), validators=[Optional()])
    network = SelectField(_l("Of which network? (optional)"), validators=[Optional()], default="")
    is_public = BooleanField(
        _l("Open to all: everybody may read of it, with its minutes"),
        description=_l("Without this only those who took part and the coordinators of the place read it."),
    )
    version = HiddenField()

    def offer(
        self, places: Sequence[Area], bodies: Register, networks: Sequence[Network], *, convenor: Participant | None
    ) -> None:
        """Let the fields offer what the reader looks after, and who called it before."""
        self.places = {str(one.id): one for one in places}
        self.networks = {str(one.id): one for one in networks}
        names = [(identity, one.name(locale())) for identity, one in self.places.items()]
        self.area.choices = options([("", _l("Choose")), *names] if len(names) > 1 else names)
        self.convenor.offer(bodies, also=[] if convenor is None else [convenor])
        self.network.choices = options([("", _l("None")), *((key, one.name) for key, one in self.networks.items())])

    def show(self, roundtable: Roundtable) -> None:
        """Begin with what was written before."""
        if self.is_submitted():
            return
        starts = roundtable.starts_at.astimezone(TOWN_TIME)
        self.kind.data, self.title.data = roundtable.kind.value, roundtable.title
        self.area.data, self.on.data = str(roundtable.area_id), starts.date()
        self.begins.data = f"{starts:%H:%M}"
        if roundtable.ends_at is not None:
            self.ends.data = f"{roundtable.ends_at.astimezone(TOWN_TIME):%H:%M}"
        self.place.data, self.agenda.data = roundtable.place, roundtable.agenda
        self.convenor.data = str(roundtable.convenor_id or "")
        self.network.data = str(roundtable.network_id or "")
        self.is_public.data, self.version.data = roundtable.is_public, str(roundtable.version)

    def validate_begins(self, field: StringField) -> None:
        """Ask for a time of day."""
        if _time(field.data) is None:
            raise ValidationError(_("Write a time of day, for example 18:30."))

    def validate_ends(self, field: StringField) -> None:
        """Ask for an end after the beginning."""
        if not field.data:
            return
        ends, begins = _time(field.data), _time(self.begins.data)
        if ends is None:
            raise ValidationError(_("Write a time of day, for example 18:30."))
        if begins is not None and ends <= begins:
            raise ValidationError(_("The end lies before the beginning."))

    @property
    def invitation(self) -> Invitation:
        """Return what was typed."""
        return Invitation(
            kind=RoundtableKind(self.kind.data),
            title=self.title.data or "",
            starts_at=self._moment(self.begins),
            ends_at=self._moment(self.ends) if self.ends.data else None,
            place=self.place.data or "",
            agenda=self.agenda.data or "",
            is_public=bool(self.is_public.data),
            area=self.places[self.area.data],
            convenor=self.convenor.chosen,
            network=self.networks.get(self.network.data or ""),
        )

    def _moment(self, field: StringField) -> datetime:
        return datetime.combine(_given(self.on), _time(field.data) or time(), TOWN_TIME).astimezone(UTC)


class BodyForm(Form):
    """A body that took part, and with how many people."""

    body = RegisteredField(_l("Body"), without=_l("None"), validators=[Optional()])
    people = WholeNumber(_l("How many people"), validators=[Optional()])

    def validate_people(self, field: WholeNumber) -> None:
        """Ask how many came where a body is named, and which body it is where only a number is."""
        if not self.body.data and field.data:
            raise ValidationError(_("Choose the body, or write these people further down, by kind."))
        if self.body.data and not (field.data is not None and 1 <= field.data <= MOST_PEOPLE):
            raise ValidationError(_("Write how many of them came: at least 1."))


class MinutesForm(FlaskForm):
    """What is written down of a meeting."""

    held_on = PastDay(_l("Held on"), validators=[InputRequired(_l("Enter a day."))])
    bodies = FieldList(FormField(BodyForm), min_entries=BODY_ROWS, max_entries=MOST_BODY_ROWS)
    minutes = _text(_l("Minutes"), 10, required=_l("Write what was talked about."))
    decisions = FieldList(
        StringField(
            _l("Decision (optional)"),
            filters=[one_line],
            validators=[Length(max=500, message=_l("Please keep it under 500 characters."))],
        ),
        min_entries=DECISION_ROWS,
        max_entries=DECISION_ROWS,
    )
    support = _text(
        _l("How were those at the table helped to talk? (optional)"),
        3,
        hint=_l(
            "For example: led through the evening, wrote on the wall, brought an example. It is counted as support."
        ),
    )
    version = HiddenField()

    def offer(self, bodies: Register, *, came: Sequence[Participant]) -> None:
        """Let bodies be chosen, also those that came by what was written before."""
        for entry in self.bodies:
            entry.form.body.offer(bodies, also=came, names_list=self.bodies[0].form.body.list_id)

    def show(self, roundtable: Roundtable) -> None:
        """Begin with what was written before, else with the day that was fixed."""
        if self.is_submitted():
            return
        self.held_on.data = roundtable.held_on or min(town_day(roundtable.starts_at), town_day(utc_now()))
        self.minutes.data, self.support.data = roundtable.minutes, roundtable.support
        self.version.data = str(roundtable.version)
        named = [one for one in roundtable.attendances if one.participant_id is not None]
        while len(self.bodies) < min(len(named) + BLANK_ROWS, MOST_BODY_ROWS):
            self.bodies.append_entry()
        for entry, attendance in zip(self.bodies, named, strict=False):
            entry.form.body.data, entry.form.people.data = str(attendance.participant_id), attendance.people
        counts = {one.kind: one.people for one in roundtable.attendances if one.participant_id is None}
        for kind, name in OTHERS.items():
            self[name].data = counts.get(kind)

    def validate_held_on(self, field: PastDay) -> None:
        """Refuse a day that has not been."""
        if field.data is not None and field.data > town_day(utc_now()):
            raise ValidationError(_("This day lies in the future. Write down what has happened."))

    def validate_bodies(self, field: FieldList) -> None:
        """Refuse a body that is named twice."""
        chosen = [entry.form.body.data for entry in field if entry.form.body.data]
        if len(chosen) != len(set(chosen)):
            raise ValidationError(_("One body is named twice. Add the people up."))

    @property
    def others(self) -> list[WholeNumber]:
        """Return the fields for those who came besides the bodies that are named."""
        return [self[name] for name in OTHERS.values()]

    @property
    def written(self) -> Minutes:
        """Return what was typed."""
        named = [
            Came(kind=row.body.one.kind, people=row.people.data, participant=row.body.one)
            for row in (entry.form for entry in self.bodies)
            if row.body.data
        ]
        others = [
            Came(kind=kind, people=self[name].data, participant=None)
            for kind, name in OTHERS.items()
            if self[name].data
        ]
        return Minutes(
            held_on=_given(self.held_on),
            minutes=self.minutes.data or "",
            support=self.support.data or "",
            came=[*named, *others],
            decisions=[entry.data for entry in self.decisions if entry.data],
        )


for _kind, _name in OTHERS.items():
    setattr(
        MinutesForm,
        _name,
        WholeNumber(
            _l("Residents") if _kind is ParticipantKind.RESIDENT else LABELS[ParticipantKind][_kind],
            validators=[Optional(), Between(0, MOST_PEOPLE, _l("Enter a whole number from 0 to 9,999."))],
        ),
    )


class ResultForm(FlaskForm):
    """What came of a decision, where it is something that is there already, or a new goal of a plan."""

    result = SelectField(_l("What came of it?"), validators=[InputRequired(_l("Choose what came of it."))])

    def offer(self, plans: Sequence[AreaPlan], goals: Sequence[Goal], partnerships: Sequence[Partnership]) -> None:
        """Let the reader choose among the plans, goals and partnerships of the municipality."""
        self.offered: dict[str, AreaPlan | Goal | Partnership] = {
            **{f"{PLAN}:{one.id}": one for one in plans},
            **{f"{GOAL}:{one.id}": one for one in goals},
            **{f"{PARTNERSHIP}:{one.id}": one for one in partnerships},
        }
        self.result.choices = {
            "": [("", _l("Choose"))],
            str(_l("A new goal of a plan")): [(f"{PLAN}:{one.id}", one.title) for one in plans],
            str(_l("A goal that stands in a plan")): [
                (f"{GOAL}:{one.id}", f"{one.plan.title}: {one.title}") for one in goals
            ],
            str(_l("A partnership that goes on")): [(f"{PARTNERSHIP}:{one.id}", one.title) for one in partnerships],
        }

    @property
    def chosen(self) -> AreaPlan | Goal | Partnership:
        """Return what was chosen."""
        return self.offered[self.result.data]


class RoundtableFilter(Form):
    """What the list of meetings is narrowed down by."""

    kind = SelectField(_l("What sort"), validate_choice=False)
    area = SelectField(_l("Place"), validate_choice=False)
    when = SelectField(_l("When"), validate_choice=False)

    def offer(self, places: Iterable[Area]) -> None:
        """Let the selects offer what there is."""
        self.kind.choices = members_of(RoundtableKind, without=_l("Every sort"))
        self.area.choices = options([("", _l("Every place")), *((one.path, one.name(locale())) for one in places)])
        self.when.choices = options([("", _l("At any time")), (AHEAD, _l("Still to come")), (PAST, _l("Past"))])

    @property
    def narrowing(self) -> Narrowing:
        """Return what was chosen; what there is not narrows nothing."""
        return Narrowing(
            kind=next((kind for kind in RoundtableKind if kind == self.kind.data), None),
            area=self.area.data or "",
            ahead={AHEAD: True, PAST: False}.get(self.when.data or ""),
        )
