"""What each role needs to know first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import (
    Account,
    Area,
    Enquiry,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    Partnership,
    Party,
    Role,
    Stage,
    Suggestion,
    lies_under,
)
from models.suggestions import UNDECIDED
from web.listings.queries import visible_needs_to

MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """How much waits on a coordinator's desk."""

    suggestions: int
    open_needs: int
    awaiting_replies: int


def open_enquiries(session: Session, account: Account) -> Sequence[Enquiry]:
    """Return the enquiries that wait for an answer from somebody the account speaks for, most urgent first."""
    return session.scalars(
        select(Enquiry)
        .join(Enquiry.party)
        .where(Party.participant_id.in_(_participants(account)), Enquiry.reply.is_(None), Enquiry.released_at.is_(None))
        .options(
            joinedload(Enquiry.party).lazyload(Party.commitments),
            joinedload(Enquiry.party).joinedload(Party.participant).lazyload(Participant.consents),
            joinedload(Enquiry.party).joinedload(Party.partnership).lazyload(Partnership.parties),
        )
        .order_by(Enquiry.due_on, Enquiry.id)
        .limit(MOST_SHOWN)
    ).all()


def own_needs(session: Session, account: Account) -> Sequence[Need]:
    """Return the newest needs of those the account speaks for."""
    return session.scalars(
        select(Need)
        .where(
            Need.participant_id.in_(_participants(account)),
            Need.status.in_([NeedStatus.OPEN, NeedStatus.DRAFT]),
            Need.discarded_at.is_(None),
        )
        .order_by(Need.created_at.desc(), Need.id)
        .limit(MOST_SHOWN)
    ).all()


def own_offers(session: Session, account: Account) -> Sequence[Offer]:
    """Return the newest offers of those the account speaks for."""
    return session.scalars(
        select(Offer)
        .where(Offer.participant_id.in_(_participants(account)), Offer.status != OfferStatus.WITHDRAWN)
        .order_by(Offer.created_at.desc(), Offer.id)
        .limit(MOST_SHOWN)
    ).all()


def own_partnerships(session: Session, account: Account) -> Sequence[Partnership]:
    """Return the partnerships that go on with somebody the account speaks for."""
    return session.scalars(
        select(Partnership)
        .where(
            Partnership.id.in_(
                select(Party.partnership_id).where(
                    Party.participant_id.in_(_participants(account)), Party.left_at.is_(None)
                )
            ),
            Partnership.over_at.is_(None),
        )
        .options(lazyload(Partnership.parties))
        .order_by(Partnership.proposed_at.desc(), Partnership.id)
        .limit(MOST_SHOWN)
    ).all()


def newest_open_needs(session: Session) -> Sequence[Need]:
    """Return the newest needs that anybody may read."""
    return session.scalars(
        visible_needs_to(None)
        .where(Need.status == NeedStatus.OPEN)
        .options(joinedload(Need.area), joinedload(Need.participant), selectinload(Need.slots))
        .order_by(Need.opened_at.desc(), Need.id)
        .limit(MOST_SHOWN)
    ).all()


def desk_figures(session: Session, account: Account) -> DeskFigures:
    """Count what waits in the places that the account coordinates."""
    here = select(Need.id).join(Area, Need.area_id == Area.id).where(lies_under(account.paths(Role.COORDINATOR)))
    suggested = select(func.count(func.distinct(Suggestion.need_id))).where(
        Suggestion.need_id.in_(here), Suggestion.verdict.in_(UNDECIDED)
    )
    open_needs = select(func.count()).select_from(Need).where(Need.id.in_(here), Need.status == NeedStatus.OPEN)
    awaited = select(func.count()).where(Partnership.need_id.in_(here), Partnership.stage == Stage.PROPOSED)
    counted = session.execute(select(*(one.scalar_subquery() for one in (suggested, open_needs, awaited)))).one()
    return DeskFigures(*counted)


def _participants(account: Account) -> list[UUID]:
    return [membership.participant_id for membership in account.memberships]
