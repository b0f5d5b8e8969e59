"""One assignment of a whole municipality for a season, as the last run found it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import (
    Account,
    Area,
    MatchingRun,
    Need,
    Offer,
    Participant,
    RunState,
    Suggestion,
    SuggestionPartner,
    Verdict,
)
from web.suggestions.queries.cases import PAGE_SIZE, needs_visible_to


@dataclass(frozen=True, slots=True)
class Assigned:
    """A need, and the offers that the assignment gives it; none where nobody is left."""

    need: Need
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class Season:
    """One page of the assignment of a municipality; without a run where nobody looked for partners yet."""

    run: MatchingRun | None
    rows: Sequence[Assigned]
    total: int

    @property
    def ways(self) -> list[str]:
        """The ways by which the run assigned them."""
        return sorted((self.run and self.run.season) or {})


def season(session: Session, account: Account, municipality: Area, *, by: str, page: int) -> Season:
    """Return one assignment of a municipality, its open needs by title; who was taken or left since is left out."""
    run = session.scalar(
        select(MatchingRun).where(
            MatchingRun.municipality_id == municipality.id,
            MatchingRun.state == RunState.PUBLISHED,
            MatchingRun.need_id.is_(None),
        )
    )
    open_needs = needs_visible_to(account).where(Need.municipality_id == municipality.id)
    needs = session.scalars(
        open_needs.options(
            joinedload(Need.participant).options(lazyload(Participant.consents)),
            joinedload(Need.area),
            lazyload(Need.posted_by),
        )
        .order_by(Need.title, Need.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    shown = {need.id for need in needs}
    given = [
        (UUID(need), UUID(offer)) for need, _, offer in ((run and run.season) or {}).get(by, ()) if UUID(need) in shown
    ]
    refused = _refused(session, shown)
    given = [pair for pair in given if pair not in refused]
    offers = _offers(session, {offer for _, offer in given})
    return Season(
        run=run,
        rows=[
            Assigned(need, [offers[offer] for of, offer in given if of == need.id and offer in offers])
            for need in needs
        ],
        total=session.scalar(open_needs.with_only_columns(func.count(), maintain_column_froms=True)) or 0,
    )


def _refused(session: Session, needs: set[UUID]) -> set[tuple[UUID, UUID]]:
    """Return which need and which offer a coordinator refused to bring together, just the two of them."""
    statement = (
        select(Suggestion.need_id, func.max(cast(SuggestionPartner.offer_id, String)))
        .join(SuggestionPartner)
        .where(Suggestion.need_id.in_(needs), Suggestion.verdict == Verdict.REFUSED)
        .group_by(Suggestion.id, Suggestion.need_id)
        .having(func.count() == 1)
    )
    return {(need, UUID(offer)) for need, offer in session.execute(statement)}


def _offers(session: Session, ids: set[UUID]) -> dict[UUID, Offer]:
    rows = session.scalars(
        select(Offer)
        .where(Offer.id.in_(ids))
        .options(
            joinedload(Offer.participant).options(selectinload(Participant.consents), joinedload(Participant.area))
        )
    )
    return {offer.id: offer for offer in rows if offer.is_open and offer.participant.may_be_matched}
