"""Shape of what people type on the way to the signature."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import UUID as IS_UUID
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from models import AgreementVersion, CollaborationForm, MatchingTable, Partnership, Party, Side
from models.agreements import MOST_WEIGHT
from models.collaboration import MOST_DATES
from models.years import TOWN_TIME
from web.agreements.queries import FreeTime
from web.agreements.queries.versions import Known
from web.agreements.services import Paper
from web.fields import Day, PastDay, members_of, one_line, options, plain
from web.i18n import day
from web.reading import clock_time

LONGEST_TEXT: Final = 2000
LARGEST_SCAN: Final = 8 * 1024 * 1024
ROWS: Final = {"rows": 3}
TOO_LONG: Final = _l("Please keep it under 2,000 characters.")


def _text(label: Any, description: Any = "", *, rows: int = 3) -> TextAreaField:
    return TextAreaField(
        label,
        description=description,
        filters=[plain],
        render_kw={"rows": rows},
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)],
    )


class DateForm(Form):
    """One date that is proposed: a day, and from when to when."""

    on = Day(_l("Day"), validators=[Optional()])
    begins = StringField(_l("From"), filters=[one_line], render_kw={"inputmode": "numeric", "placeholder": "10:00"})
    ends = StringField(_l("To"), filters=[one_line], render_kw={"inputmode": "numeric", "placeholder": "11:30"})

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not (self.on.raw_data and self.on.raw_data[0].strip())

    def validate_begins(self, field: StringField) -> None:
        """Ask for times where a day was typed."""
        self._check(field)

    def validate_ends(self, field: StringField) -> None:
        """Ask for an end after the beginning."""
        self._check(field)
        begins, ends = _time(self.begins.data), _time(field.data)
        if not self.is_empty and begins is not None and ends is not None and ends <= begins:
            raise ValidationError(_("The end lies before the beginning."))

    def _check(self, field: StringField) -> None:
        if not self.is_empty and _time(field.data) is None:
            raise ValidationError(_("Write a time of day, for example 10:00."))

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Return beginning and end as moments."""
        if self.on.data is None:
            raise ValueError("a date that was not typed has no moments")
        begins, ends = (
            datetime.combine(self.on.data, _time(text.data) or time(), TOWN_TIME).astimezone(UTC)
            for text in (self.begins, self.ends)
        )
        return begins, ends


def _time(text: str | None) -> time | None:
    try:
        return clock_time(text or "")
    except ValueError:
        return None


class MeetingForm(FlaskForm):
    """When and where the first meeting could be."""

    place = StringField(
        _l("Where"),
        description=_l("A room with its address, or “online” with how to join."),
        filters=[one_line],
        validators=[Length(max=200, message=_l("Please keep it under 200 characters."))],
    )
    note = _text(_l("What everybody should know before (optional)"))
    dates = FieldList(FormField(DateForm), min_entries=MOST_DATES, max_entries=MOST_DATES)

    def validate_dates(self, field: FieldList) -> None:
        """Ask for at least one date, none of them past."""
        typed = [entry.form for entry in field if not entry.form.is_empty]
        if not typed:
            raise ValidationError(_("Propose at least one date."))

    def propose(self, slots: Sequence[FreeTime], table: MatchingTable | None) -> None:
        """Fill in the times that suit, and what was said of the place before."""
        if table is not None:
            self.place.data, self.note.data = table.place, table.note
        for entry, slot in zip(self.dates, slots, strict=False):
            starts, ends = (moment.astimezone(TOWN_TIME) for moment in (slot.starts_at, slot.ends_at))
            entry.form.on.data = starts.date()
            entry.form.begins.data, entry.form.ends.data = f"{starts:%H:%M}", f"{ends:%H:%M}"

    @property
    def times(self) -> list[tuple[datetime, datetime]]:
        """Return the dates that were typed."""
        return [entry.form.moments for entry in self.dates if not entry.form.is_empty]


class Ticks(SelectMultipleField):
    """Several answers, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DatesForm(FlaskForm):
    """Which of the dates suit one party."""

    party = HiddenField(validators=[IS_UUID()])
    suiting = Ticks(_l("Which of these can you come to?"))

    def offer(self, party: Party, table: MatchingTable) -> None:
        """Let the dates of the table be ticked, those that suited before being so."""
        self.party.data = str(party.id)
        self.suiting.choices = [
            SelectChoice(str(proposed.id), _spelled(proposed.starts_at, proposed.ends_at)) for proposed in table.dates
        ]
        self.suiting.data = [
            str(proposed.id)
            for proposed in table.dates
            if any(given.party is party and given.suits for given in proposed.answers)
        ]


def _spelled(starts_at: datetime, ends_at: datetime) -> str:
    starts, ends = (moment.astimezone(TOWN_TIME) for moment in (starts_at, ends_at))
    return f"{day(starts.date())} {starts:%H:%M}–{ends:%H:%M}"


class SettledForm(FlaskForm):
    """What the parties settled when they met."""

    on = PastDay(_l("When did you meet?"), validators=[InputRequired(_l("Write the day on which you met."))])
    what = _text(_l("What will you do together?"))
    how_long = _text(_l("How long, how often?"))
    cost = _text(_l("Who bears which cost?"))

    def validate_what(self, field: TextAreaField) -> None:
        """Ask for what was settled."""
        if not field.data:
            raise ValidationError(_("Write down what you settled."))


def _weights() -> list[SelectChoice]:
    named = {0: _("0, nothing"), 1: _("1, a little"), 3: _("3, some"), MOST_WEIGHT: _("5, very much")}
    return options([("", _("Not weighed yet")), *((str(n), named.get(n, str(n))) for n in range(MOST_WEIGHT + 1))])


class PartyForm(Form):
    """What one party takes on, gains, bears, and wants kept."""

    party = HiddenField(validators=[IS_UUID()])
    leads = BooleanField(_l("Leads (◎)"))
    role = _text(_l("Its part"), rows=2)
    duty = _text(_l("What it promises to do"), rows=2)
    benefit = _text(_l("What it gains"), rows=2)
    benefit_weight = SelectField(_l("How much is that for it?"), choices=_weights)
    burden = _text(_l("What it bears: time, money, effort"), rows=2)
    burden_weight = SelectField(_l("How heavy is that for it?"), choices=_weights)
    may_change = _text(_l("What may be done differently from how it is used to"), rows=2)
    to_keep = _text(_l("What it wants kept as it is"), rows=2)

    @property
    def said(self) -> dict[str, Any]:
        """Return what was typed; what was not weighed is None, not nothing."""
        texts = {name: self[name].data or "" for name in PARTY_FIELDS if name not in WEIGHTS}
        weighed = {name: int(self[name].data) if self[name].data else None for name in WEIGHTS}
        return {**texts, **weighed, "leads": bool(self.leads.data)}


class VersionForm(FlaskForm):
    """What every form that writes a version carries: the version that the writer had before them."""

    based_on = HiddenField(default="0")

    @property
    def base(self) -> int:
        """Return the number of the version that was before the writer, 0 for none."""
        return int(self.based_on.data) if (self.based_on.data or "").isdigit() else 0

    def overtake(self, latest: int) -> None:
        """Say that somebody else wrote a version meanwhile; sending again what was typed replaces it."""
        self.based_on.data = str(latest)
        self.form_errors.append(
            _("Somebody else wrote version %(number)s meanwhile. Compare, then send yours again.", number=latest)
        )


class SheetForm(VersionForm):
    """The sheet of mutual benefit: problem, purpose, shared activity, and the parts of the parties."""

    problem = _text(_l("The problem"), _l("What is hard today, and for whom?"))
    purpose = _text(_l("The purpose"), _l("What shall be different afterwards?"))
    activity = _text(_l("What you do together"))
    parties = FieldList(FormField(PartyForm))

    def show(self, partnership: Partnership, latest: AgreementVersion | None, known: Known) -> None:
        """Fill in what was written before, else what the application knows."""
        self.based_on.data = str(latest.number if latest else 0)
        settled = known.table.settled_what if known.table else ""
        self.problem.data = latest.problem if latest else partnership.need.body
        self.purpose.data = latest.purpose if latest else ""
        self.activity.data = latest.activity if latest else settled
        for party in partnership.present:
            terms = latest.terms_of(party) if latest else None
            said: dict[str, Any] = {name: getattr(terms, name) for name in PARTY_FIELDS} if terms else _first(party)
            weighed = {name: "" if said.get(name) is None else str(said[name]) for name in WEIGHTS}
            self.parties.append_entry({"party": str(party.id), **said, **weighed})

    @property
    def clauses(self) -> dict[str, Any]:
        """Return what was typed for all."""
        return {name: getattr(self, name).data or "" for name in ("problem", "purpose", "activity")}

    @property
    def of_parties(self) -> dict[UUID, Mapping[str, Any]]:
        """Return what was typed for each party."""
        return {UUID(entry.form.party.data): entry.form.said for entry in self.parties}


WEIGHTS: Final = ("benefit_weight", "burden_weight")
PARTY_FIELDS: Final = (
    "leads", "role", "duty", "benefit", "benefit_weight", "burden", "burden_weight", "may_change", "to_keep",
)  # fmt: skip


def _first(party: Party) -> dict[str, Any]:
    """Return what is known of a party before it wrote anything: what it promised."""
    gifts = "、".join(
        f"{commitment.item.what}（{commitment.slot.what}）"
        for commitment in sorted(party.commitments, key=lambda commitment: commitment.slot.position)
    )
    return {"leads": party.side is Side.REQUESTER, "role": gifts}


class ClausesForm(VersionForm):
    """The clauses that hold for all parties."""

    of_parties: Final[Mapping[UUID, Mapping[str, Any]]] = MappingProxyType({})

    form = SelectField(
        _l("Form of collaboration"), choices=lambda: members_of(CollaborationForm, without=_l("Not chosen yet"))
    )
    goal = _text(_l("The goal: what?"))
    goal_measure = _text(_l("How much?"), _l("Something that can be counted or seen."), rows=2)
    goal_due_on = Day(_l("Until when?"), validators=[Optional()])
    starts_on = Day(_l("First day"), validators=[Optional()])
    ends_on = Day(_l("Last day"), validators=[Optional()])
    cost = _text(_l("Cost: who bears what"))
    information = _text(_l("How you keep each other informed"))
    public_summary = _text(
        _l("What anybody may read"),
        _l("A few sentences without names of persons. It is shown only when every party agrees to publication."),
    )
    private_reason = _text(_l("Or: why nothing is published"), rows=2)
    opportunity = _text(_l("How the partners were found, and who else was asked"), _l("Without names of others."))
    change_terms = _text(_l("Changing and leaving"))
    results = _text(_l("Whose are the results?"))
    personal_data = _text(_l("Personal data"))
    evaluation_on = Day(_l("When do you look back?"), validators=[Optional()])
    evaluation_measure = _text(_l("By what do you see whether it was good?"), rows=2)

    def show(self, partnership: Partnership, latest: AgreementVersion | None, known: Known) -> None:
        """Fill in what was written before, else what the application knows and what is usual."""
        usual = _usual(partnership, known)
        for name in CLAUSE_FIELDS:
            self[name].data = getattr(latest, name, None) or usual.get(name)
        chosen = getattr(latest, "form", None) or (known.choice.form if known.choice else None)
        self.form.data = "" if chosen is None else chosen.value
        self.based_on.data = str(latest.number if latest else 0)

    def validate_ends_on(self, field: Day) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day lies before the first day."))

    def validate_evaluation_on(self, field: Day) -> None:
        """Refuse to look back before the beginning."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("You cannot look back before you have begun."))

    @property
    def clauses(self) -> dict[str, Any]:
        """Return what was typed."""
        found = {name: self[name].data if name in DAYS else self[name].data or "" for name in CLAUSE_FIELDS}
        return found | {"form": CollaborationForm(self.form.data) if self.form.data else None}


DAYS: Final = frozenset({"goal_due_on", "starts_on", "ends_on", "evaluation_on"})
CLAUSE_FIELDS: Final = (
    "goal", "goal_measure", "goal_due_on", "starts_on", "ends_on", "cost", "information", "public_summary",
    "private_reason", "opportunity", "change_terms", "results", "personal_data", "evaluation_on",
    "evaluation_measure",
)  # fmt: skip


def _usual(partnership: Partnership, known: Known) -> dict[str, Any]:
    """Return what is usual in an agreement, and what the need, the meeting and the search say."""
    need, table = partnership.need, known.table
    asked = (
        _(
            "The need was open to everybody in the town. %(asked)s parties were asked, %(declined)s declined.",
            asked=known.asked,
            declined=known.declined,
        )
        if known.candidates is None
        else _(
            "The need was open to everybody in the town. %(candidates)s offers were looked at, %(asked)s parties were "
            "asked, %(declined)s declined.",
            candidates=known.candidates,
            asked=known.asked,
            declined=known.declined,
        )
    )
    return {
        "goal": partnership.title,
        "starts_on": need.starts_on,
        "ends_on": need.ends_on,
        "cost": table.settled_cost if table else "",
        "information": _("Once a month everybody hears how far it is; whatever hinders is said at once."),
        "opportunity": asked,
        "change_terms": _(
            "Whoever wants to change something or to leave says so to the coordinator; all decide together. "
            "What was lent goes back first."
        ),
        "results": _("What comes of it belongs to all parties together; each may use it and names the others."),
        "personal_data": _("Names and contact details serve this work alone, and are deleted when it ends."),
    }


class SignForm(FlaskForm):
    """Who signs, and in which capacity."""

    party = RadioField(_l("For whom?"), validators=[InputRequired(_l("Choose for whom it is signed."))])
    name = StringField(
        _l("Name of who signs"),
        filters=[one_line],
        validators=[
            InputRequired(_l("Write the name of who signs.")),
            Length(max=100, message=_l("Please keep it under 100 characters.")),
        ],
    )
    capacity = StringField(
        _l("As what?"),
        description=_l("For example: chair, representative, for myself."),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Please keep it under 100 characters."))],
    )

    def offer(self, parties: Sequence[tuple[Party, str]]) -> None:
        """Let one of the parties be chosen; where there is one, it is."""
        self.party.choices = [SelectChoice(str(party.id), name) for party, name in parties]
        if len(parties) == 1 and self.party.data is None:
            self.party.data = str(parties[0][0].id)


class OwnSignatureForm(SignForm):
    """A signature that a party gives here."""

    has_read = BooleanField(_l("I have read this version, and we agree to it."))

    def validate_has_read(self, field: BooleanField) -> None:
        """Ask for the tick."""
        if not field.data:
            raise ValidationError(_("Tick that you have read it and agree."))


class PaperForm(SignForm):
    """A signature that a party gave on paper."""

    scan = FileField(_l("Picture or PDF of the signed paper"), description=_l("JPEG, PNG or PDF, up to 8 MB."))

    def validate_scan(self, field: FileField) -> None:
        """Keep the file if it is one of the kinds that are kept."""
        content = field.data.read() if field.data else b""
        if not content:
            raise ValidationError(_("Add the picture or PDF of the signed paper."))
        if len(content) > LARGEST_SCAN:
            raise ValidationError(_("The file is too large; up to 8 MB can be kept."))
        self.paper = Paper(content)
        if self.paper.media_type is None:
            raise ValidationError(_("This is neither a picture (JPEG, PNG) nor a PDF."))


class PrinciplesForm(FlaskForm):
    """Which principles hold in a municipality."""

    chosen = RadioField(_l("Principles"), validators=[InputRequired(_l("Choose a set of principles."))])
