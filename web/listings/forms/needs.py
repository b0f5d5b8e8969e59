"""A need as people type it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.validators import Length

from models import Condition, Need, SmallRole
from models.taxonomy import WELCOMES
from web.fields import Telephone, members_of, one_line, options
from web.labels import LABELS
from web.listings.forms.listings import ListingForm
from web.listings.forms.pieces import Rows, SlotForm, by_position, saved_piece
from web.listings.services.needs import NeedDraft


class NeedForm(ListingForm[Need]):
    """A need as it is posted or edited."""

    PIECES = "slots"

    accepts = SelectMultipleField(_l("What would be acceptable"), choices=members_of(Condition))
    welcomes = SelectMultipleField(
        _l("Who is welcome, too?"), choices=options((one.value, LABELS[SmallRole][one]) for one in WELCOMES)
    )
    notice_contact = StringField(
        _l("Who answers the telephone (optional)"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Write at most 100 characters."))],
    )
    notice_phone = Telephone(_l("Telephone number on the notice (optional)"))
    slots = Rows(SlotForm)

    def draft(self) -> NeedDraft:
        """Return what was typed, checked and ready to be written down."""
        conditions = [Condition(value) for value in self.accepts.data] if self.accepts.data else None
        welcomes = [SmallRole(value) for value in self.welcomes.data] if self.welcomes.data else None
        return NeedDraft(
            **self._shared(),
            accepts=conditions,
            welcomes=welcomes,
            slots=self._pieces(),
            notice_contact=self.notice_contact.data or None,
            notice_phone=self.notice_phone.data or None,
        )

    @classmethod
    def saved(cls, need: Need) -> dict[str, Any]:
        """Return what is saved of a need, as the fields of the form hold it."""
        slots = ((slot.position, saved_piece(slot) | {"hours_per_month": slot.hours_per_month}) for slot in need.slots)
        said = {
            "accepts": need.accepts or [],
            "welcomes": need.welcomes or [],
            "notice_contact": need.notice_contact or "",
            "notice_phone": need.notice_phone or "",
        }
        return super().saved(need) | said | {"slots": by_position(slots)}
