"""An offer as people type it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import Optional

from models import Condition, Offer, Reach
from web.fields import Between, WholeNumber, members_of
from web.listings.forms.listings import ListingForm
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

    @classmethod
    def saved(cls, offer: Offer) -> dict[str, Any]:
        """Return what is saved of an offer, as the fields of the form hold it."""
        return super().saved(offer) | {
            "reach": offer.reach.value,
            "condition": "" if offer.condition is None else offer.condition.value,
            "engagement_limit": offer.engagement_limit,
            "yearly_limit": offer.yearly_limit,
            "items": by_position((item.position, saved_piece(item)) for item in offer.items),
        }
