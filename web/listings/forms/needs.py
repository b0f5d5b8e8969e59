"""A need as people type it."""

from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectMultipleField, StringField
from wtforms.validators import Length

from models import Account, Condition, Need, SmallRole
from models.taxonomy import WELCOMES
from web.drafts.forms import Typed
from web.fields import Telephone, members_of, one_line, options
from web.i18n import LABELS
from web.listings import queries
from web.listings.forms.listings import (
    Choices,
    ListingForm,
    gone_on_with,
    kept_pieces,
    participant_asked_for,
    saved_listing,
    with_chosen,
)
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

    @classmethod
    def to_post(cls, session: Session, account: Account, *, typed: Typed | None = None) -> "NeedForm":
        """Return the form for a new need, with what was typed and not sent."""
        preselected = participant_asked_for()
        found = Choices.to_post(session, account, preselected=preselected)
        return cls(found, participant=str(preselected) if preselected else "", **gone_on_with(typed))

    @classmethod
    def to_edit(cls, session: Session, need: Need, *, typed: Typed | None = None) -> "NeedForm":
        """Return the form with what is saved now, or with what was typed over it and not sent."""
        queries.whole_need(session, need)
        kept = kept_pieces(session, need)
        found, saved = Choices.to_edit(session, need), _saved_need(need)
        sent = with_chosen(partial(cls, found, row=need, formdata=None, **saved)) or gone_on_with(typed)
        return cls(found, row=need, kept=kept, **saved, **sent)

    @classmethod
    def as_saved(cls, form: "NeedForm", need: Need) -> "NeedForm":
        """Return a form that holds what is saved, whatever was sent."""
        return cls(form.found, row=need, formdata=None, **_saved_need(need))

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


def _saved_need(need: Need) -> dict[str, Any]:
    slots = ((slot.position, saved_piece(slot) | {"hours_per_month": slot.hours_per_month}) for slot in need.slots)
    said = {
        "accepts": need.accepts or [],
        "welcomes": need.welcomes or [],
        "notice_contact": need.notice_contact or "",
        "notice_phone": need.notice_phone or "",
    }
    return saved_listing(need) | said | {"slots": by_position(slots)}
