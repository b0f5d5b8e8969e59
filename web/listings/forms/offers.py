"""An offer as people type it."""

from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectField
from wtforms.validators import Optional

from models import Account, Condition, Offer, Reach
from web.drafts.forms import Typed
from web.fields import Between, WholeNumber, members_of
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
from web.listings.forms.pieces import ItemForm, Rows, by_position, saved_piece
from web.listings.services.offers import OfferDraft
from web.listings.services.pieces import UNSTATED_QUANTITY


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
    def to_post(cls, session: Session, account: Account, *, typed: Typed | None = None) -> "OfferForm":
        """Return the form for a new offer, with what was typed and not sent."""
        preselected = participant_asked_for()
        found = Choices.to_post(session, account, preselected=preselected)
        return cls(found, participant=str(preselected) if preselected else "", **gone_on_with(typed))

    @classmethod
    def to_edit(cls, session: Session, offer: Offer, *, typed: Typed | None = None) -> "OfferForm":
        """Return the form with what is saved now, or with what was typed over it and not sent."""
        queries.whole_offer(session, offer)
        kept = kept_pieces(session, offer)
        found, saved = Choices.to_edit(session, offer), _saved_offer(offer)
        sent = with_chosen(partial(cls, found, row=offer, formdata=None, **saved)) or gone_on_with(typed)
        return cls(found, row=offer, kept=kept, **saved, **sent)

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


def _saved_offer(offer: Offer) -> dict[str, Any]:
    return saved_listing(offer) | {
        "reach": offer.reach.value,
        "condition": "" if offer.condition is None else offer.condition.value,
        "engagement_limit": offer.engagement_limit,
        "yearly_limit": offer.yearly_limit,
        "items": by_position((item.position, saved_piece(item)) for item in offer.items),
    }
