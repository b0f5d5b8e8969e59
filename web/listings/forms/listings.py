"""What the forms of needs and of offers have in common."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from models import (
    Account,
    Area,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ResourceKind,
    Skill,
    Slot,
    Window,
    utc_now,
)
from models.search import fold
from web.drafts.forms import Typed, as_sent
from web.fields import Day, members_of, one_line, options, plain
from web.i18n import locale
from web.listings import queries
from web.listings.forms.pieces import (
    PieceForm,
    SlotForm,
    check_row,
    holds_something,
    in_words,
    refuse,
    row_in_words,
    typed_into,
)
from web.listings.services.pieces import Piece
from web.registered.forms import RegisteredField
from web.registered.queries import Register

LONGEST_BODY: Final = 10_000
OPEN: Final = "open"
TAKE: Final = "take-"
THEIRS: Final = "theirs"
ROWS_AT_FIRST: Final = 2

Row = TypeVar("Row", Need, Offer)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the selects of a form offer to one account."""

    participants: Register
    areas: Sequence[Area]
    vocabulary: queries.Vocabulary

    @classmethod
    def to_post(cls, session: Session, account: Account, *, asked_for: str) -> "Choices":
        """Load what somebody who posts can choose from, and whom an id or name asks for."""
        participants = queries.participants_to_post_for(session, account)
        around = [*participants.listed, *(participants.seek(asked_for) if asked_for else ())]
        areas = queries.areas_within(session, [participant.municipality for participant in around])
        return cls(participants, areas, queries.vocabulary(session, with_skills=True))

    @classmethod
    def to_edit(cls, session: Session, row: Need | Offer) -> "Choices":
        """Load what somebody who edits can choose from; the participant stays."""
        areas = queries.areas_within(session, [row.municipality])
        return cls(Register([row.participant]), areas, queries.vocabulary(session, with_skills=True))


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

    participant = RegisteredField(
        _l("For whom"), with_kind=True, validators=[InputRequired(_l("Choose for whom you post."))]
    )
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
        if self.is_for_one:
            self.participant.data = str(found.participants.listed[0].id)
            self.participant.raw_data = [self.participant.data]
        self.participant.offer(found.participants)
        self.area.choices = options([("", _("The whole area of the participant")), *_as_tree(found.areas)])
        self.fields.choices = options((field.code, field.name(locale())) for field in found.vocabulary.fields)

    @classmethod
    def to_post(cls, session: Session, account: Account, *, typed: Typed | None = None) -> Self:
        """Return the form for a new need or offer, with what was typed and not sent."""
        asked_for = one_line(request.form.get("participant") or request.args.get("participant")) or ""
        found = Choices.to_post(session, account, asked_for=asked_for)
        return cls(found, participant=asked_for, **_gone_on_with(typed))

    @classmethod
    def to_edit(cls, session: Session, row: Row, *, typed: Typed | None = None) -> Self:
        """Return the form with what is saved now, or with what was typed over it and not sent."""
        queries.whole(session, row)
        found, kept, saved = Choices.to_edit(session, row), _kept_pieces(session, row), cls.saved(row)
        sent = _with_chosen(partial(cls, found, row=row, formdata=None, **saved)) or _gone_on_with(typed)
        return cls(found, row=row, kept=kept, **saved, **sent)

    @classmethod
    def saved(cls, row: Row) -> dict[str, Any]:
        """Return what is saved of a need or offer, as the fields of the form hold it."""
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

    def as_saved(self, row: Row) -> Self:
        """Return this form with what is saved, whatever was sent."""
        return type(self)(self.found, row=row, formdata=None, **self.saved(row))

    @property
    def rows(self) -> list[PieceForm]:
        """Return the rows of slots or items."""
        return [entry.form for entry in self[self.PIECES]]

    @property
    def rows_at_first(self) -> int:
        """Return how many rows are shown without unfolding: those with something in them, at least two."""
        filled = [number for number, row in enumerate(self.rows, start=1) if holds_something(row)]
        return max(ROWS_AT_FIRST, *filled) if filled else ROWS_AT_FIRST

    @property
    def is_opening(self) -> bool:
        """Tell whether the button that opens was pressed, not the one that saves a draft."""
        return bool(request.form.get("action", OPEN if self.row is None else "") == OPEN)

    @property
    def chosen_participant(self) -> Participant:
        """Return the participant who was chosen."""
        return self.participant.one

    @property
    def is_for_one(self) -> bool:
        """Tell whether there is nobody to choose among."""
        return len(self.found.participants.listed) == 1

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
            fits = refuse(self.ends_on, _("The end lies before the start."))
        today = queries.town_day(utc_now())
        for field in (self.ends_on, self.expires_on):
            if (self.is_opening or self._is_open) and field.data and field.data < today and not field.errors:
                fits = refuse(field, _("This day has passed."))
        return fits

    def _check_area(self) -> bool:
        chosen = next((area for area in self.found.areas if area.path == self.area.data), None)
        if chosen is None or self.participant.errors:
            return True
        if self.chosen_participant.municipality.covers(chosen.path):
            return True
        return refuse(self.area, _("This place does not lie in the area of the participant."))

    def _check_pieces(self) -> bool:
        # Lists, not generators: each row is to say what is wrong with it.
        checks = [check_row(row) for row in self.rows] + [self._check_skill(row) for row in self.rows]
        if self.row is not None:
            present = self.row.slots if isinstance(self.row, Need) else self.row.items
            checks += [self._check_promised(piece) for piece in present]
        fits = all(checks)
        if (self.is_opening or self._was_opened) and all(row.is_empty for row in self.rows):
            fits = refuse(self.rows[0].what, _("Name at least one thing."))
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
            return refuse(row.skill, words)
        return refuse(row.skill, _("This skill is not in the list. Choose one from it, or leave this empty."))

    def _check_promised(self, piece: Slot | OfferItem) -> bool:
        row = self.rows[piece.position - 1]
        if row.is_empty:
            if not piece.promised and piece.id not in self.kept:
                return True
            return refuse(row.what, _("This is part of a partnership, so it cannot be removed."))
        if not piece.promised or row.errors:
            return True
        if row.kind.data != piece.kind.value:
            return refuse(row.kind, _("Something is promised here already, so the kind stays."))
        if (row.quantity.data or self._unstated) < piece.promised:
            words = _("%(count)s are promised already. Write that number or more.", count=piece.promised)
            return refuse(row.quantity, words)
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

    def compared_with(self, other: "ListingForm[Row]") -> list[tuple[str, str, str, str]]:
        """Return each question with the answer in this form and in the other, and the name it is chosen by."""
        theirs = {name: answer for name, _question, answer in other.answers()}
        return [(question, answer, theirs[name], TAKE + name) for name, question, answer in self.answers()]

    def answers(self) -> Iterator[tuple[str, str, str]]:
        """Yield the name of each field, its question, and its answer in words."""
        for field in self:
            if isinstance(field, FieldList):
                rows = "\n".join(row_in_words(entry.form) for entry in field).strip()
                yield field.short_name, _("What it is about"), rows
            elif field.short_name not in {"csrf_token", "version", "participant"}:
                yield field.short_name, str(field.label.text), in_words(field)

    def as_hidden(self) -> HiddenAnswers:
        """Return what was typed as hidden fields that save it over the present version."""
        version = "" if self.row is None else str(self.row.version)
        kept: list[tuple[str, str]]
        kept = [pair for pair in request.form.items(multi=True) if pair[0] not in {"csrf_token", "_once", "version"}]
        return HiddenAnswers([*(pair for pair in kept if not pair[0].startswith(TAKE)), ("version", version)])


def _gone_on_with(typed: Typed | None) -> dict[str, Any]:
    """Return what was typed before as if it were sent now; what is truly sent goes before it."""
    return {"formdata": as_sent(typed)} if typed and request.method != "POST" else {}


def _with_chosen(saved: Callable[[], ListingForm[Any]]) -> dict[str, Any]:
    """Return what was sent, with the saved answer wherever that was chosen on the page of a conflict."""
    chosen = {name: value for name, value in request.form.items() if name.startswith(TAKE)}
    taken = {name.removeprefix(TAKE) for name, value in chosen.items() if value == THEIRS}
    if not taken:
        return {}
    theirs = [pair for field in saved() if field.short_name in taken for pair in typed_into(field)]
    mine = [pair for pair in request.form.items(multi=True) if pair[0].partition("-")[0] not in taken]
    return {"formdata": MultiDict([*mine, *theirs])}


def _kept_pieces(session: Session, row: Need | Offer) -> frozenset[UUID]:
    """Return what cannot be removed; asked only when something was sent that could remove it."""
    return frozenset(queries.pieces_in_partnerships(session, row)) if request.method == "POST" else frozenset()


def _names_of(skill: Skill) -> set[str]:
    names = [skill.name_ja, skill.name_en, *(alias.text for alias in skill.aliases)]
    return {fold(name) for name in names}


def _as_tree(areas: Sequence[Area]) -> list[tuple[str, str]]:
    highest = min((area.path.count(".") for area in areas), default=0)
    return [(area.path, "　" * (area.path.count(".") - highest) + area.name(locale())) for area in areas]
