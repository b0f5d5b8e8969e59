"""The rows of a form: the slots of a need, the items of an offer."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional

from models import OfferItem, ResourceKind, Slot
from models.listings import MOST_SLOTS
from web.fields import Between, Hours, WholeNumber, members_of, one_line
from web.i18n import locale
from web.listings.services.pieces import MOST_QUANTITY, UNSTATED_QUANTITY

MOST_HOURS: Final = 744


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


def refuse(field: Any, words: str) -> bool:
    """Add a message to a field, and answer that the form does not fit."""
    field.errors = [*field.errors, words]
    return False


def check_row(row: PieceForm) -> bool:
    """Refuse a row that says only half of what it lacks or gives."""
    if row.is_empty:
        return True
    fits = True
    if not row.kind.data:
        fits = refuse(row.kind, _("Choose a kind."))
    if not row.what.data:
        fits = refuse(row.what, _("Write what it is."))
    return fits


def holds_something(row: PieceForm) -> bool:
    """Tell whether there is anything in a row, or anything wrong with it."""
    return any(field.data not in (None, "") or field.errors for field in row)


def in_words(field: Any) -> str:
    """Return the answer to one question as people read it."""
    if isinstance(field, (SelectMultipleField, SelectField)):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return ", ".join(str(choice.label).strip() for choice in field.choices if choice.value in chosen)
    return str(field._value()) if hasattr(field, "_value") else str(field.data or "")  # noqa: SLF001  # as it is shown


def typed_into(field: Any) -> Iterator[tuple[str, str]]:
    """Yield what a form sends for a field that holds this."""
    if isinstance(field, FieldList):
        for entry in field:
            for cell in entry.form:
                yield from typed_into(cell)
    elif isinstance(field, SelectMultipleField):
        yield from ((field.name, value) for value in field.data or [])
    elif isinstance(field, SelectField):
        yield field.name, field.data or ""
    else:
        yield field.name, str(field._value())  # noqa: SLF001  # as it is shown


def row_in_words(row: PieceForm) -> str:
    """Return a whole row in one line."""
    kind = "" if not row.kind.data else in_words(row.kind)
    parts = [kind, *(in_words(field) for field in row if field.short_name != "kind")]
    return " ".join(part for part in parts if part)


def saved_piece(piece: Slot | OfferItem) -> dict[str, Any]:
    """Return what is saved of a slot or item, as the fields of its row hold it."""
    return {
        "kind": piece.kind.value,
        "what": piece.what,
        "quantity": None if piece.quantity == UNSTATED_QUANTITY else piece.quantity,
        "unit": piece.unit,
        "skill": "" if piece.skill is None else piece.skill.name(locale()),
    }


def by_position(pieces: Iterable[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return one entry for each row, empty where nothing is described."""
    described = dict(pieces)
    return [described.get(position, {}) for position in range(1, MOST_SLOTS + 1)]
