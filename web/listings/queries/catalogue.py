"""The catalogue of what somebody gives: each offer with what is free, what is promised, and what its year leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import Account, Offer, OfferItem, OfferStatus, Participant, Suggestion, SuggestionPartner
from models.suggestions import UNDECIDED
from models.years import first_day, fiscal_year, town_day
from web.listings.queries.visibility import visible_offers_to

MOST_LISTED: Final = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One offer of the catalogue, in one fiscal year."""

    offer: Offer
    year: int
    needs: int

    @property
    def given(self) -> int:
        """Return how many partnerships of the year the offer serves."""
        return self.offer.engagements_in(self.year)

    @property
    def left(self) -> int | None:
        """Return how many more it serves this year, None where there is no limit."""
        return self.offer.left_in(self.year)

    @property
    def is_used_up(self) -> bool:
        """Tell whether the limit of the year is reached, so that nobody is introduced through the offer."""
        return self.left == 0

    @property
    def opens_again_on(self) -> date:
        """Return the first day of the next fiscal year."""
        return first_day(self.year + 1)

    def with_limit(self, limit: int | None) -> "Effect":
        """Return what another limit would change."""
        left = None if limit is None else max(0, limit - self.given)
        return Effect(entry=self, limit=limit, left=left)


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of an offer under another limit for the year."""

    entry: Entry
    limit: int | None
    left: int | None

    @property
    def opens_on(self) -> date:
        """Return the first day of the next fiscal year."""
        return self.entry.opens_again_on

    @property
    def is_new(self) -> bool:
        """Tell whether the limit differs from the present one."""
        return self.limit != self.entry.offer.yearly_limit

    @property
    def stops(self) -> bool:
        """Tell whether the offer is suggested now, and would not be any longer."""
        return self.left == 0 and not self.entry.is_used_up

    @property
    def resumes(self) -> bool:
        """Tell whether the offer rests now, and would be suggested again."""
        return self.left != 0 and self.entry.is_used_up

    @property
    def needs(self) -> int:
        """Return of how many needs the offer would still be a candidate, before anybody looks anew."""
        return 0 if self.left == 0 else self.entry.needs


def catalogue(session: Session, account: Account, *, at: datetime) -> list[Entry]:
    """Return the offers of the account's participants that are not withdrawn, those that stand open first."""
    own = [membership.participant_id for membership in account.memberships]
    offers = session.scalars(
        visible_offers_to(account)
        .where(Participant.id.in_(own), Offer.status != OfferStatus.WITHDRAWN)
        .options(
            joinedload(Offer.participant).lazyload(Participant.consents),
            selectinload(Offer.items).options(joinedload(OfferItem.skill), lazyload(OfferItem.offer)),
        )
        .order_by(Offer.status != OfferStatus.OPEN, Participant.name, Offer.created_at, Offer.id)
        .limit(MOST_LISTED)
    ).all()
    needs = needs_with(session, [offer.id for offer in offers])
    year = fiscal_year(town_day(at))
    return [Entry(offer, year, needs.get(offer.id, 0)) for offer in offers]


def entry_of(session: Session, offer: Offer, *, at: datetime) -> Entry:
    """Return one offer as the catalogue shows it."""
    return Entry(offer, fiscal_year(town_day(at)), needs_with(session, [offer.id]).get(offer.id, 0))


def needs_with(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return for how many needs each offer stands in a suggestion that nobody decided about yet."""
    rows = session.execute(
        select(SuggestionPartner.offer_id, func.count(Suggestion.need_id.distinct()))
        .join(Suggestion, SuggestionPartner.suggestion_id == Suggestion.id)
        .where(SuggestionPartner.offer_id.in_(ids), Suggestion.verdict.in_(UNDECIDED))
        .group_by(SuggestionPartner.offer_id)
    )
    return {row.offer_id: row[1] for row in rows}
