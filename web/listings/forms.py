"""What people type about needs and offers: read kindly, checked at the field, kept when something is wrong."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import (
    DateField,
    FieldList,
    FloatField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from models import (
    Account,
    Area,
    Condition,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    Reach,
    ResourceKind,
    Skill,
    Slot,
    Window,
    utc_now,
)
from models.listings import MOST_SLOTS
from models.search import fold
from web.i18n import LABELS, REIWA_BEGINS, label, locale
from web.listings import queries
from web.listings.services.needs import NeedDraft
from web.listings.services.offers import OfferDraft
from web.listings.services.pieces import MOST_QUANTITY, UNSTATED_QUANTITY, Piece

LONGEST_BODY: Final = 10_000
MOST_HOURS: Final = 744
LATEST_YEAR: Final = 2200
OPEN: Final = "open"
ROWS_AT_FIRST: Final = 2

Row = TypeVar("Row", Need, Offer)

_DAY: Final = re.compile(
    r"^(?:(?P<era>令和|R)(?P<era_year>\d{1,2}|元)|(?P<year>\d{4}))[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?$"
)


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return values and labels as the choices of a field."""
    return [SelectChoice(value=value, label=text) for value, text in pairs]


def members_of(enumeration: type[StrEnum], *, without: Any = None) -> list[SelectChoice]:
    """Return the members of an enumeration as choices, after one for no answer where there is one."""
    pairs = [(member.value, text) for member, text in LABELS[enumeration].items()]
    return options(pairs if without is None else [("", without), *pairs])


def plain(text: str | None) -> str | None:
    """Take control characters and outer white space out of a text; line breaks stay."""
    if text is None:
        return None
    kept = (character for character in text.replace("\r\n", "\n").replace("\r", "\n") if _may_stand(character))
    return "".join(kept).strip()


def one_line(text: str | None) -> str | None:
    """Take control characters out of a text and make all white space single spaces."""
    return None if text is None else " ".join((plain(text) or "").split())


def _may_stand(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}


def _half_width(valuelist: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFKC", value).replace(",", "").strip() for value in valuelist]


class WholeNumber(IntegerField):
    """A whole number, in full-width or half-width digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits however they were typed, and keep what is no number to show it again."""
        typed = _half_width(valuelist)
        if not typed or not typed[0]:
            self.data = None
            return
        try:
            self.data = int(typed[0])
        except ValueError:
            self.data = None
            raise ValueError(_("Write a whole number, for example 3.")) from None


class Hours(FloatField):
    """A number of hours, in full-width or half-width digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits however they were typed."""
        typed = _half_width(valuelist)
        if not typed or not typed[0]:
            self.data = None
            return
        try:
            self.data = float(typed[0])
        except ValueError:
            self.data = None
            raise ValueError(_("Write a number, for example 2.5.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"


@dataclass(frozen=True, slots=True)
class Between:
    """Refuses a number outside of the two; what is no number has been refused before."""

    least: float
    most: float
    message: Any

    def __call__(self, form: Form, field: Any) -> None:
        """Check one field."""
        del form
        if not field.process_errors and not (field.data is not None and self.least <= field.data <= self.most):
            raise ValidationError(str(self.message))


class Day(DateField):
    """A day, from the browser's calendar or typed: 2026-11-22, 2026/11/22, 令和8年11月22日."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day however it was typed."""
        typed = "".join(unicodedata.normalize("NFKC", "".join(valuelist)).split())
        self.data = None
        if not typed:
            return
        found = _DAY.match(typed)
        try:
            self.data = None if found is None else _as_day(found)
        except ValueError:
            self.data = None
        if self.data is None or self.data.year > LATEST_YEAR:
            raise ValueError(_("Write a day that exists, for example 2026-11-22."))


def _as_day(found: re.Match[str]) -> date:
    if found["year"]:
        year = int(found["year"])
    else:
        year = REIWA_BEGINS.year - 1 + (1 if found["era_year"] == "元" else int(found["era_year"]))
    return date(year, int(found["month"]), int(found["day"]))


class Rows(FieldList):
    """Six rows, each under its own number, whichever of them were sent."""

    def __init__(self, row: type[Form], **settings: Any) -> None:
        super().__init__(FormField(row), min_entries=MOST_SLOTS, max_entries=MOST_SLOTS, **settings)

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterable[int]:
        """Return every row's number: a row that was not sent is an empty one."""
        del prefix, formdata
        return range(MOST_SLOTS)


class PieceForm(Form):
    """One row: a slot of a need."""

    kind = SelectField(_l("Kind"), choices=members_of(ResourceKind, without=_l("Choose")), default="")
    what = StringField(
        _l("What is it?"),
        filters=[one_line],
        validators=[Optional(), Length(max=120, message=_l("Write at most 120 characters."))],
    )
    quantity = WholeNumber(
        _l("How many"),
        validators=[
            Optional(),
            Between(1, MOST_QUANTITY, _l("Write a number from 1 to %(max)s.", max=f"{MOST_QUANTITY:,}")),
        ],
    )
    unit = StringField(
        _l("Unit"),
        filters=[one_line],
        validators=[Optional(), Length(max=20, message=_l("Write at most 20 characters."))],
    )
    skill = StringField(_l("Skill (optional)"), filters=[one_line], render_kw={"list": "skills"})

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written into the row."""
        return not any(field.raw_data and field.raw_data[0].strip() for field in self)


class SlotForm(PieceForm):
    """One row: a slot of a need."""

    hours_per_month = Hours(
        _l("Hours a month (optional)"),
        validators=[Optional(), Between(0, MOST_HOURS, _l("Write hours from 0 to 744."))],
    )


class ItemForm(PieceForm):
    """One row: an item of an offer."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the selects of a form offer to one account."""

    participants: Sequence[Participant]
    areas: Sequence[Area]
    vocabulary: queries.Vocabulary

    @classmethod
    def to_post(cls, session: Session, account: Account, *, preselected: UUID | None) -> "Choices":
        """Load what somebody who posts can choose from."""
        participants = queries.participants_to_post_for(session, account, also=preselected)
        areas = queries.areas_within(session, [participant.municipality for participant in participants])
        return cls(participants, areas, queries.vocabulary(session, with_skills=True))

    @classmethod
    def to_edit(cls, session: Session, row: Need | Offer) -> "Choices":
        """Load what somebody who edits can choose from; the participant stays."""
        areas = queries.areas_within(session, [row.municipality])
        return cls([row.participant], areas, queries.vocabulary(session, with_skills=True))


@dataclass(frozen=True, slots=True)
class HiddenAnswers:
    """Names and values for hidden fields; a name can stand more than once."""

    pairs: list[tuple[str, str]]

    def items(self) -> list[tuple[str, str]]:
        """Return the pairs in order."""
        return self.pairs


class ListingForm(FlaskForm, Generic[Row]):
    """What needs and offers have in common."""

    PIECES: str
    PIECE_FORM: type[PieceForm]

    participant = SelectField(_l("For whom"), validators=[InputRequired(_l("Choose for whom you post."))])
    title = StringField(
        _l("Title"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Write a title.")),
            Length(max=120, message=_l("Write at most 120 characters.")),
        ],
    )
    body = TextAreaField(
        _l("In your own words"),
        filters=[plain],
        validators=[Length(max=LONGEST_BODY, message=_l("Write at most 10,000 characters."))],
    )
    area = SelectField(_l("Place"), default="")
    fields = SelectMultipleField(_l("Fields of activity"))
    online = RadioField(
        _l("Is it possible online?"),
        choices=options([("unknown", _l("Not decided")), ("yes", _l("Yes")), ("no", _l("No"))]),
        default="unknown",
    )
    windows = SelectMultipleField(_l("Parts of the week"), choices=members_of(Window))
    starts_on = Day(_l("From which day"), validators=[Optional()])
    ends_on = Day(_l("Until which day"), validators=[Optional()])
    expires_on = Day(_l("Shown until"), validators=[Optional()])
    version = HiddenField()

    def __init__(
        self, found: Choices, *, row: Row | None = None, kept: frozenset[UUID] = frozenset(), **data: Any
    ) -> None:
        self.row: Row | None = row
        self.kept = kept
        self.found = found
        super().__init__(**data)
        participants = [(str(one.id), _named(one)) for one in found.participants]
        if row is not None or len(found.participants) == 1:
            self.participant.data = str(found.participants[0].id)
            self.participant.raw_data = [self.participant.data]
        else:
            participants.insert(0, ("", _("Choose")))
        self.participant.choices = options(participants)
        self.area.choices = options([("", _("The whole area of the participant")), *_as_tree(found.areas)])
        self.fields.choices = options((field.code, field.name(locale())) for field in found.vocabulary.fields)

    @property
    def rows(self) -> list[PieceForm]:
        """Return the rows of slots or items."""
        return [entry.form for entry in self[self.PIECES]]

    @property
    def rows_at_first(self) -> int:
        """Return how many rows are shown without unfolding: those with something in them, at least two."""
        filled = [number for number, row in enumerate(self.rows, start=1) if _holds_something(row)]
        return max(ROWS_AT_FIRST, *filled) if filled else ROWS_AT_FIRST

    @property
    def is_opening(self) -> bool:
        """Tell whether the button that opens was pressed, not the one that saves a draft."""
        return bool(request.form.get("action", OPEN if self.row is None else "") == OPEN)

    @property
    def chosen_participant(self) -> Participant:
        """Return the participant who was chosen."""
        return next(one for one in self.found.participants if str(one.id) == self.participant.data)

    @property
    def is_overtaken(self) -> bool:
        """Tell whether somebody saved the row after this form was opened."""
        return self.is_submitted() and self.row is not None and self.version.data != str(self.row.version)

    @property
    def expected_version(self) -> int:
        """Return the version on which the form was opened."""
        return int(self.version.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then what only several fields together can tell."""
        fits = bool(super().validate(extra_validators=extra_validators))
        checks = (self._check_days(), self._check_area(), self._check_pieces())
        pieces = self[self.PIECES]
        pieces.errors = [entry.errors for entry in pieces] if any(entry.errors for entry in pieces) else []
        return fits and all(checks)

    def _check_days(self) -> bool:
        fits = True
        if self.starts_on.data and self.ends_on.data and self.ends_on.data < self.starts_on.data:
            fits = _refuse(self.ends_on, _("The end lies before the start."))
        today = queries.town_day(utc_now())
        for field in (self.ends_on, self.expires_on):
            if (self.is_opening or self._is_open) and field.data and field.data < today and not field.errors:
                fits = _refuse(field, _("This day has passed."))
        return fits

    def _check_area(self) -> bool:
        chosen = next((area for area in self.found.areas if area.path == self.area.data), None)
        if chosen is None or self.participant.errors:
            return True
        if self.chosen_participant.municipality.covers(chosen.path):
            return True
        return _refuse(self.area, _("This place does not lie in the area of the participant."))

    def _check_pieces(self) -> bool:
        # Lists, not generators: each row is to say what is wrong with it.
        checks = [_check_row(row) for row in self.rows] + [self._check_skill(row) for row in self.rows]
        if self.row is not None:
            present = self.row.slots if isinstance(self.row, Need) else self.row.items
            checks += [self._check_promised(piece) for piece in present]
        fits = all(checks)
        if (self.is_opening or self._was_opened) and all(row.is_empty for row in self.rows):
            fits = _refuse(self.rows[0].what, _("Name at least one thing."))
        return fits

    @property
    def _was_opened(self) -> bool:
        return self.row is not None and self.row.status not in {NeedStatus.DRAFT, OfferStatus.DRAFT}

    @property
    def _is_open(self) -> bool:
        return self.row is not None and self.row.is_open

    def _check_skill(self, row: PieceForm) -> bool:
        if not row.skill.data or self._skill(row) is not None:
            return True
        guess = queries.closest_skill(self.found.vocabulary.skills, row.skill.data)
        if guess is not None:
            words = _("This skill is not in the list. Did you mean “%(skill)s”?", skill=guess.skill.name(locale()))
            return _refuse(row.skill, words)
        return _refuse(row.skill, _("This skill is not in the list. Choose one from it, or leave this empty."))

    def _check_promised(self, piece: Slot | OfferItem) -> bool:
        row = self.rows[piece.position - 1]
        if row.is_empty:
            if not piece.promised and piece.id not in self.kept:
                return True
            return _refuse(row.what, _("This is part of a partnership, so it cannot be removed."))
        if not piece.promised or row.errors:
            return True
        if row.kind.data != piece.kind.value:
            return _refuse(row.kind, _("Something is promised here already, so the kind stays."))
        if (row.quantity.data or self._unstated) < piece.promised:
            words = _("%(count)s are promised already. Write that number or more.", count=piece.promised)
            return _refuse(row.quantity, words)
        return True

    @property
    def _unstated(self) -> int:
        """Return what an empty quantity stands for."""
        return 1

    def _skill(self, row: PieceForm) -> Skill | None:
        wanted = fold(row.skill.data or "")
        known = self.found.vocabulary.skills
        named = next((skill for skill in known if wanted in _names_of(skill)), None)
        if named is not None:
            return named
        guess = queries.closest_skill(known, wanted)
        return guess.skill if guess is not None and guess.is_exact else None

    def _pieces(self) -> list[Piece]:
        return [
            Piece(
                position=position,
                kind=ResourceKind(row.kind.data),
                what=row.what.data,
                quantity=row.quantity.data or self._unstated,
                unit=row.unit.data or "",
                skill=self._skill(row),
                hours_per_month=row.hours_per_month.data if isinstance(row, SlotForm) else None,
            )
            for position, row in enumerate(self.rows, start=1)
            if not row.is_empty
        ]

    def _shared(self) -> dict[str, Any]:
        """Return what the drafts of needs and of offers have in common."""
        return {
            "title": self.title.data,
            "body": self.body.data or "",
            "area": next((area for area in self.found.areas if area.path == self.area.data), None),
            "fields": [field for field in self.found.vocabulary.fields if field.code in (self.fields.data or [])],
            "online": {"yes": True, "no": False}.get(self.online.data),
            "windows": [Window(value) for value in self.windows.data] if self.windows.data else None,
            "starts_on": self.starts_on.data,
            "ends_on": self.ends_on.data,
            "expires_on": self.expires_on.data,
        }

    def compared_with(self, other: "ListingForm[Row]") -> list[tuple[str, str, str]]:
        """Return each question with the answer in this form and in the other."""
        theirs = dict(other.answers())
        return [(question, answer, theirs.get(question, "")) for question, answer in self.answers()]

    def answers(self) -> Iterator[tuple[str, str]]:
        """Yield each question with its answer in words."""
        for field in self:
            if isinstance(field, FieldList):
                yield _("What it is about"), "\n".join(_row_in_words(entry.form) for entry in field).strip()
            elif field.short_name not in {"csrf_token", "version", "participant"}:
                yield str(field.label.text), _in_words(field)

    def as_hidden(self) -> HiddenAnswers:
        """Return what was typed as hidden fields that save it over the present version."""
        version = "" if self.row is None else str(self.row.version)
        kept: list[tuple[str, str]]
        kept = [pair for pair in request.form.items(multi=True) if pair[0] not in {"csrf_token", "_once", "version"}]
        return HiddenAnswers([*kept, ("version", version)])


class NeedForm(ListingForm[Need]):
    """A need as it is posted or edited."""

    PIECES = "slots"

    accepts = SelectMultipleField(_l("What would be acceptable"), choices=members_of(Condition))
    slots = Rows(SlotForm)

    @classmethod
    def to_post(cls, session: Session, account: Account) -> "NeedForm":
        """Return the form for a new need."""
        preselected = _asked_for()
        found = Choices.to_post(session, account, preselected=preselected)
        return cls(found, participant=str(preselected) if preselected else "")

    @classmethod
    def to_edit(cls, session: Session, need: Need) -> "NeedForm":
        """Return the form with what is saved now."""
        queries.whole_need(session, need)
        kept = _kept(session, need)
        return cls(Choices.to_edit(session, need), row=need, kept=kept, **_saved_need(need))

    @classmethod
    def as_saved(cls, form: "NeedForm", need: Need) -> "NeedForm":
        """Return a form that holds what is saved, whatever was sent."""
        return cls(form.found, row=need, formdata=None, **_saved_need(need))

    def draft(self) -> NeedDraft:
        """Return what was typed, checked and ready to be written down."""
        conditions = [Condition(value) for value in self.accepts.data] if self.accepts.data else None
        return NeedDraft(**self._shared(), accepts=conditions, slots=self._pieces())


class OfferForm(ListingForm[Offer]):
    """An offer as it is posted or edited."""

    PIECES = "items"

    reach = SelectField(_l("How far does it reach?"), choices=members_of(Reach), default=Reach.MUNICIPALITY.value)
    condition = SelectField(
        _l("On what condition?"), choices=members_of(Condition, without=_l("Not decided")), default=""
    )
    engagement_limit = WholeNumber(
        _l("How many partnerships at the same time (optional)"),
        validators=[Optional(), Between(0, 10_000, _l("Write a number from 0 to 10,000."))],
    )
    yearly_limit = WholeNumber(
        _l("How many partnerships a year (optional)"),
        validators=[Optional(), Between(0, 10_000, _l("Write a number from 0 to 10,000."))],
    )
    items = Rows(ItemForm)

    @classmethod
    def to_post(cls, session: Session, account: Account) -> "OfferForm":
        """Return the form for a new offer."""
        preselected = _asked_for()
        found = Choices.to_post(session, account, preselected=preselected)
        return cls(found, participant=str(preselected) if preselected else "")

    @classmethod
    def to_edit(cls, session: Session, offer: Offer) -> "OfferForm":
        """Return the form with what is saved now."""
        queries.whole_offer(session, offer)
        kept = _kept(session, offer)
        return cls(Choices.to_edit(session, offer), row=offer, kept=kept, **_saved_offer(offer))

    @classmethod
    def as_saved(cls, form: "OfferForm", offer: Offer) -> "OfferForm":
        """Return a form that holds what is saved, whatever was sent."""
        return cls(form.found, row=offer, formdata=None, **_saved_offer(offer))

    @property
    def _unstated(self) -> int:
        return UNSTATED_QUANTITY

    def draft(self) -> OfferDraft:
        """Return what was typed, checked and ready to be written down."""
        return OfferDraft(
            **self._shared(),
            reach=Reach(self.reach.data),
            condition=Condition(self.condition.data) if self.condition.data else None,
            engagement_limit=self.engagement_limit.data,
            yearly_limit=self.yearly_limit.data,
            items=self._pieces(),
        )


class SearchForm(Form):
    """What a list is narrowed down by; it arrives in the address and can always be read."""

    q = StringField(_l("Words to look for"), filters=[one_line], render_kw={"type": "search"})
    area = SelectField(_l("Place"), validate_choice=False)
    field = SelectField(_l("Field of activity"), validate_choice=False)
    kind = SelectField(_l("Kind"), choices=members_of(ResourceKind, without=_l("Every kind")), validate_choice=False)
    show = SelectField(
        _l("Which ones"),
        choices=options(
            [
                (queries.Show.OPEN.value, _l("Open now")),
                (queries.Show.OWN.value, _l("Our own")),
                (queries.Show.ALL.value, _l("All, also past ones")),
            ]
        ),
        validate_choice=False,
        default=queries.Show.OPEN.value,
    )

    def offer_choices(self, places: Iterable[queries.Place], vocabulary: queries.Vocabulary) -> None:
        """Let the selects offer the places under which something is listed, and the fields of activity."""
        named = [(one.area.path, f"{'　' * one.depth}{one.area.name(locale())} ({one.listed})") for one in places]
        if self.area.data and self.area.data not in dict(named):
            named.append((self.area.data, self.area.data[:60]))
        self.area.choices = options([("", _("Everywhere")), *named])
        fields = ((field.code, field.name(locale())) for field in vocabulary.fields)
        self.field.choices = options([("", _("Every field")), *fields])

    def filters(self) -> queries.Filters:
        """Return what was asked for; what is unknown finds nothing, and an unknown state is the open one."""
        show = self.show.data if self.show.data in {one.value for one in queries.Show} else queries.Show.OPEN.value
        return queries.Filters(
            q=self.q.data or "",
            area=self.area.data or "",
            field=self.field.data or "",
            kind=self.kind.data or "",
            show=queries.Show(show),
        )


def _kept(session: Session, row: Need | Offer) -> frozenset[UUID]:
    """Return what cannot be removed; asked only when something was sent that could remove it."""
    return frozenset(queries.pieces_in_partnerships(session, row)) if request.method == "POST" else frozenset()


def _names_of(skill: Skill) -> set[str]:
    names = [skill.name_ja, skill.name_en, *(alias.text for alias in skill.aliases)]
    return {fold(name) for name in names}


def _asked_for() -> UUID | None:
    """Return the participant that the form or the address names, where it is an id at all."""
    try:
        return UUID(request.form.get("participant") or request.args.get("participant") or "")
    except ValueError:
        return None


def _named(participant: Participant) -> str:
    return f"{participant.name} ({label(participant.kind)})"


def _as_tree(areas: Sequence[Area]) -> list[tuple[str, str]]:
    highest = min((area.path.count(".") for area in areas), default=0)
    return [(area.path, "　" * (area.path.count(".") - highest) + area.name(locale())) for area in areas]


def _refuse(field: Any, words: str) -> bool:
    field.errors = [*field.errors, words]
    return False


def _check_row(row: PieceForm) -> bool:
    if row.is_empty:
        return True
    fits = True
    if not row.kind.data:
        fits = _refuse(row.kind, _("Choose a kind."))
    if not row.what.data:
        fits = _refuse(row.what, _("Write what it is."))
    return fits


def _holds_something(row: PieceForm) -> bool:
    return any(field.data not in (None, "") or field.errors for field in row)


def _in_words(field: Any) -> str:
    if isinstance(field, (SelectMultipleField, SelectField)):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return ", ".join(str(choice.label).strip() for choice in field.choices if choice.value in chosen)
    return str(field._value()) if hasattr(field, "_value") else str(field.data or "")  # noqa: SLF001  # as it is shown


def _row_in_words(row: PieceForm) -> str:
    kind = "" if not row.kind.data else _in_words(row.kind)
    parts = [kind, *(_in_words(field) for field in row if field.short_name != "kind")]
    return " ".join(part for part in parts if part)


def _saved(row: Need | Offer) -> dict[str, Any]:
    return {
        "participant": str(row.participant_id),
        "title": row.title,
        "body": row.body,
        "area": "" if row.area_id == row.participant.area_id else row.area.path,
        "fields": [field.code for field in row.fields],
        "online": {True: "yes", False: "no", None: "unknown"}[row.online],
        "windows": row.windows or [],
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "expires_on": row.expires_on,
        "version": str(row.version),
    }


def _saved_piece(piece: Slot | OfferItem) -> dict[str, Any]:
    return {
        "kind": piece.kind.value,
        "what": piece.what,
        "quantity": None if piece.quantity == UNSTATED_QUANTITY else piece.quantity,
        "unit": piece.unit,
        "skill": "" if piece.skill is None else piece.skill.name(locale()),
    }


def _by_position(pieces: Iterable[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    described = dict(pieces)
    return [described.get(position, {}) for position in range(1, MOST_SLOTS + 1)]


def _saved_need(need: Need) -> dict[str, Any]:
    slots = ((slot.position, _saved_piece(slot) | {"hours_per_month": slot.hours_per_month}) for slot in need.slots)
    return _saved(need) | {"accepts": need.accepts or [], "slots": _by_position(slots)}


def _saved_offer(offer: Offer) -> dict[str, Any]:
    return _saved(offer) | {
        "reach": offer.reach.value,
        "condition": "" if offer.condition is None else offer.condition.value,
        "engagement_limit": offer.engagement_limit,
        "yearly_limit": offer.yearly_limit,
        "items": _by_position((item.position, _saved_piece(item)) for item in offer.items),
    }
