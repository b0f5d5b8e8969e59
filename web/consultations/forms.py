"""Shape of what coordinators type about consultations, and about needs that they heard of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, cast
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from models import (
    Area,
    ConsentChannel,
    Consultation,
    ConsultationWay,
    HelpAsked,
    Participant,
    ParticipantKind,
    utc_now,
)
from models.consultations import LONGEST_SENT_KEY
from models.search import fold
from models.years import town_day
from web.consultations.queries import LONGEST_QUERY, Narrowing, Period, State
from web.consultations.services import Heard, Told
from web.fields import PastDay, members_of, one_line, options, plain
from web.i18n import locale
from web.labels import LABELS
from web.registered.forms import RegisteredField, described
from web.registered.queries import Register

LONGEST_TEXT: Final = 4000
NOBODY: Final = "nobody"
TOO_LONG: Final = _l("Please keep it under 4,000 characters.")
GROUPS: Final[Sequence[tuple[Any, Sequence[HelpAsked]]]] = (
    (
        _l("Neighbourhood associations"),
        (HelpAsked.ASSOCIATION_PRAISE, HelpAsked.ASSOCIATION_REVIEW, HelpAsked.ASSOCIATION_WITH_RMO),
    ),
    (_l("RMOs"), (HelpAsked.RMO_FOUNDING, HelpAsked.RMO_RUNNING, HelpAsked.RMO_STRUCTURE)),
    (_l("Starting and closing a group"), (HelpAsked.STARTING, HelpAsked.CLOSING)),
    (_l("Partners, people, money"), (HelpAsked.FINDING_PARTNERS, HelpAsked.FINDING_PEOPLE, HelpAsked.FUNDING)),
    (_l("Companies and the staff bank"), (HelpAsked.COMPANY_CSR, HelpAsked.STAFF_BANK)),
    (_l("Anything else"), (HelpAsked.OTHER,)),
)
PERIODS: Final[Mapping[Period, Any]] = MappingProxyType(
    {
        Period.MONTH: _l("This month"),
        Period.LAST_MONTH: _l("Last month"),
        Period.YEAR: _l("This fiscal year"),
        Period.LAST_YEAR: _l("Last fiscal year"),
    }
)
STATES: Final[Mapping[State, Any]] = MappingProxyType(
    {State.OPEN: _l("Being worked on"), State.CLOSED: _l("Dealt with")}
)


def helps(*, without: Any) -> dict[str, list[tuple[str, Any]]]:
    """Return the kinds of help as the groups of a select."""
    grouped = {str(group): [(one.value, LABELS[HelpAsked][one]) for one in members] for group, members in GROUPS}
    return {"": [("", without)]} | grouped


def identity_in(text: str | None) -> UUID | None:
    """Return the id that an address or a field names, or None where it names none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def not_in_the_future(form: Form, field: Any) -> None:
    """Refuse a day that has not been."""
    del form
    if field.data is not None and field.data > town_day(utc_now()):
        raise ValidationError(_("This day lies in the future. Write down what has happened."))


class ConsultationForm(FlaskForm):
    """Who asked in which way for which help, and what was answered."""

    area = SelectField(_l("Place"), validators=[InputRequired(_l("Choose a place."))])
    consulted_on = PastDay(_l("On which day?"), validators=[InputRequired(_l("Enter a day.")), not_in_the_future])
    way = RadioField(
        _l("How did they ask?"),
        choices=members_of(ConsultationWay),
        default=ConsultationWay.TELEPHONE.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    help_asked = SelectField(_l("Which help was asked for?"), validators=[InputRequired(_l("Choose one."))])
    asked = TextAreaField(
        _l("What was asked?"),
        filters=[plain],
        render_kw={"rows": 4},
        validators=[DataRequired(_l("Write what was asked.")), Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    answered = TextAreaField(
        _l("What was answered? (optional)"),
        filters=[plain],
        render_kw={"rows": 3},
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    closed = BooleanField(_l("Nothing more has to be done: close it"))
    asker_kind = SelectField(
        _l("Who asked? (optional)"),
        default="",
        choices=members_of(ParticipantKind, without=_l("Not known")),
    )
    registered = StringField(
        _l("Registered as (optional)"),
        description=_l("The name of somebody who is registered here, or a part of it."),
        filters=[one_line],
        validators=[Length(max=120, message=_l("Please keep it under 120 characters."))],
    )
    participant = RadioField(_l("Whom do you mean?"), choices=[], validate_choice=False)
    asker_name = StringField(
        _l("Name (optional)"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )
    asker_contact = StringField(
        _l("Telephone or mail (optional)"),
        filters=[one_line],
        validators=[Length(max=254, message=_l("Please keep it under 254 characters."))],
    )
    sent_key = HiddenField()
    version = HiddenField()

    @classmethod
    def to_record(cls, places: Sequence[Area], asker: Participant | None) -> "ConsultationForm":
        """Return the form for a new consultation, with who asks where a link named them."""
        form = cls()
        form._offer(places)
        if not form.is_submitted():
            form.consulted_on.data = town_day(utc_now())
            form.sent_key.data = uuid4().hex
            form._name(asker)
            if len(places) == 1:
                form.area.data = str(places[0].id)
            elif asker is not None:
                form.area.data = str(asker.area_id)
        return form

    @classmethod
    def to_edit(cls, consultation: Consultation, places: Sequence[Area]) -> "ConsultationForm":
        """Return the form with what was written down."""
        form = cls()
        form._offer(places)
        if not form.is_submitted():
            for name in ("consulted_on", "asked", "answered", "asker_name", "asker_contact", "sent_key"):
                form[name].data = getattr(consultation, name)
            form.way.data, form.help_asked.data = consultation.way.value, consultation.help_asked.value
            form.asker_kind.data = "" if consultation.asker_kind is None else consultation.asker_kind.value
            form.area.data, form.closed.data = str(consultation.area_id), not consultation.is_open
            form.version.data = str(consultation.version)
            form._name(consultation.participant)
        return form

    def _offer(self, places: Sequence[Area]) -> None:
        self.places = {str(place.id): place for place in places}
        names = [(identity, place.name(locale())) for identity, place in self.places.items()]
        self.area.choices = options([("", _l("Choose")), *names] if len(names) > 1 else names)
        self.help_asked.choices = helps(without=_l("Choose"))
        self.found: Participant | None = None

    def _name(self, asker: Participant | None) -> None:
        if asker is not None:
            self.registered.data, self.asker_kind.data = asker.name, asker.kind.value

    def look_up(self, seek: Callable[[str], Sequence[Participant]]) -> None:
        """Find who is registered under the name that was typed; several are offered to choose from."""
        typed = self.registered.data or ""
        if not self.is_submitted() or not typed:
            return
        fitting = seek(typed)
        exact = [one for one in fitting if fold(one.name) == fold(typed)]
        chosen = [one for one in fitting if str(one.id) == self.participant.data]
        if chosen or len(exact) == 1:
            self.found = (chosen or exact)[0]
        elif self.participant.data != NOBODY:
            self._unclear = True
            self.participant.choices = options(
                [
                    *((str(one.id), described(one)) for one in fitting),
                    (NOBODY, _l("Nobody of these: keep it as a name")),
                ]
            )

    _unclear = False

    def validate_participant(self, field: RadioField) -> None:
        """Ask whom the typed name means, where it may mean several or nobody."""
        if self._unclear and len(field.choices) > 1:
            raise ValidationError(_("Several are registered under something like this name. Choose one."))
        if self._unclear:
            raise ValidationError(_("Nobody is registered under this name. Keep it as a name, or correct it."))

    @property
    def told(self) -> Told:
        """Return what was written down."""
        unregistered = (self.registered.data or "") if self.found is None else ""
        kind = ParticipantKind(self.asker_kind.data) if self.asker_kind.data else None
        return Told(
            consulted_on=cast("date", self.consulted_on.data),
            way=ConsultationWay(self.way.data),
            help_asked=HelpAsked(self.help_asked.data),
            asked=self.asked.data or "",
            answered=self.answered.data or "",
            area=self.places[self.area.data],
            participant=self.found,
            asker_kind=self.found.kind if self.found is not None else kind,
            asker_name=(self.asker_name.data or unregistered)[:100],
            asker_contact=self.asker_contact.data or "",
            is_closed=bool(self.closed.data),
        )

    def validate_sent_key(self, field: HiddenField) -> None:
        """Give what came without a key one of its own."""
        field.data = (field.data or uuid4().hex)[:LONGEST_SENT_KEY]


class ConsultationFilter(Form):
    """What the list of consultations is narrowed down by."""

    q = StringField(_l("Words to look for"), filters=[one_line], render_kw={"type": "search"})
    state = SelectField(_l("Open or closed"), validate_choice=False)
    help = SelectField(_l("Which help"), validate_choice=False)
    area = SelectField(_l("Place"), validate_choice=False)
    period = SelectField(_l("When"), validate_choice=False)

    def offer(self, places: Iterable[Area]) -> None:
        """Let the selects offer what there is."""
        self.state.choices = options([("", _l("Open and closed")), *STATES.items()])
        self.help.choices = helps(without=_l("Every kind of help"))
        self.area.choices = options([("", _l("Every place")), *((one.path, one.name(locale())) for one in places)])
        self.period.choices = options([("", _l("At any time")), *PERIODS.items()])

    @property
    def narrowing(self) -> Narrowing:
        """Return what was chosen; what there is not narrows nothing."""
        return Narrowing(
            words=(self.q.data or "")[:LONGEST_QUERY],
            state=next((state for state in State if state == self.state.data), None),
            help_asked=next((one for one in HelpAsked if one == self.help.data), None),
            area=self.area.data or "",
            period=next((period for period in Period if period == self.period.data), None),
        )


class SameAsForm(FlaskForm):
    """Which other consultation this one is."""

    other = RadioField(_l("Which one is it?"), choices=[], validators=[InputRequired(_l("Choose one."))])

    def offer(self, others: Sequence[tuple[Consultation, str]]) -> None:
        """Let the reader choose among those that might be the same, each with what it is called."""
        self.others = {str(other.id): other for other, _words in others}
        self.other.choices = options((str(other.id), words) for other, words in others)

    @property
    def chosen(self) -> Consultation:
        """Return the one that was chosen."""
        return self.others[self.other.data]


class HeardForm(FlaskForm):
    """A need that somebody told, with the consent to write it down."""

    participant = RegisteredField(
        _l("Whose need is it?"), with_kind=True, validators=[InputRequired(_l("Choose whose need it is."))]
    )
    title = StringField(
        _l("What is lacking, in one line?"),
        description=_l("For example: hands to mow the slope by the shrine"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write what is lacking.")),
            Length(max=120, message=_l("Please keep it under 120 characters.")),
        ],
    )
    body = TextAreaField(
        _l("In their words"),
        filters=[plain],
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )
    said_by = StringField(
        _l("Who said it?"),
        description=_l("The name of the person who spoke. Only you and your colleagues read it."),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write who said it.")),
            Length(max=100, message=_l("Please keep it under 100 characters.")),
        ],
    )
    said_on = PastDay(_l("On which day?"), validators=[InputRequired(_l("Enter a day.")), not_in_the_future])
    channel = RadioField(
        _l("How did they agree that it is written down as a need?"),
        choices=[choice for choice in members_of(ConsentChannel) if choice.value != ConsentChannel.WEB],
        validators=[InputRequired(_l("Choose how they agreed. Without their consent no need is written down."))],
    )

    def offer(self, speakers: Register, *, first: Participant | None) -> None:
        """Let the reader choose whose need it is; the one that was visited or asked comes first."""
        self.participant.offer(speakers, also=[] if first is None else [first])
        if first is not None and not self.is_submitted():
            self.participant.data = str(first.id)

    @property
    def heard(self) -> Heard:
        """Return what was told."""
        return Heard(
            participant=self.participant.one,
            title=self.title.data or "",
            body=self.body.data or "",
            said_by=self.said_by.data or "",
            said_on=cast("date", self.said_on.data),
            channel=ConsentChannel(self.channel.data),
        )
