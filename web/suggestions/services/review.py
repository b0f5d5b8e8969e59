"""What a coordinator decides about a suggestion."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    Account,
    Offer,
    Partnership,
    ResourceKind,
    ReviewReason,
    ReviewStep,
    Suggestion,
    SuggestionPartner,
    SuggestionShare,
    utc_now,
)
from models.errors import IllegalMove, InvalidValue
from models.suggestions import UNDECIDED
from models.years import fiscal_year, town_day
from web.partnerships import services as partnerships
from web.suggestions.queries import reviews
from web.suggestions.services.refresh import request_run


def approve(session: Session, suggestion: Suggestion, *, by: Account) -> Partnership | None:
    """Approve a suggestion and ask its parties; None where a second coordinator still has to agree."""
    now = utc_now()
    reviews.load_suggestion(session, suggestion)
    if not suggestion.need.is_open:
        raise IllegalMove("nobody is sought for this need any more")
    if not suggestion.approve(by=by, at=now):
        return None
    partnership = partnerships.propose(session, suggestion, by=by, at=now)
    _supersede_what_is_gone(session, suggestion)
    request_run(session, suggestion.municipality, by=by)
    return partnership


def hold(session: Session, suggestion: Suggestion, reason_code: str, *, note: str, by: Account) -> None:
    """Keep a suggestion for later, for one of the coded reasons to hold."""
    suggestion.hold(_reason(session, ReviewStep.HOLD, reason_code), note=note, by=by, at=utc_now())


def refuse(session: Session, suggestion: Suggestion, reason_code: str, *, note: str, by: Account) -> None:
    """Decide against a suggestion, for one of the coded reasons to refuse."""
    suggestion.refuse(_reason(session, ReviewStep.REFUSE, reason_code), note=note, by=by, at=utc_now())


def _reason(session: Session, step: ReviewStep, code: str) -> ReviewReason:
    reason = reviews.reason(session, step, code)
    if reason is None:
        raise InvalidValue(f"{code} is no reason to {step}")
    return reason


def _supersede_what_is_gone(session: Session, approved: Suggestion) -> None:
    """Supersede the other suggestions for the need that can no longer be covered."""
    session.flush()
    others = session.scalars(
        select(Suggestion)
        .where(
            Suggestion.need_id == approved.need_id,
            Suggestion.id != approved.id,
            Suggestion.verdict.in_(UNDECIDED),
        )
        .options(
            selectinload(Suggestion.partners).options(
                joinedload(SuggestionPartner.offer).joinedload(Offer.participant),
                selectinload(SuggestionPartner.shares).options(
                    joinedload(SuggestionShare.slot), joinedload(SuggestionShare.item)
                ),
            )
        )
        .order_by(Suggestion.id)
        # The counters have just been changed in the database itself.
        .execution_options(populate_existing=True)
    ).all()
    for other in others:
        if not _can_be_covered(other):
            other.supersede()


def _can_be_covered(suggestion: Suggestion) -> bool:
    """Tell whether there is still room for all that a suggestion would promise."""
    shares = [share for partner in suggestion.partners for share in partner.shares]
    for slot in {share.slot for share in shares}:
        if sum(share.quantity for share in shares if share.slot is slot) > slot.open_quantity:
            return False
    for item in {share.item for share in shares if share.item.kind is not ResourceKind.INFORMATION}:
        if sum(share.quantity for share in shares if share.item is item) > item.free_quantity:
            return False
    year = fiscal_year(town_day(utc_now()))
    if any(partner.offer.left_in(year) == 0 for partner in suggestion.partners):
        return False
    return all(
        limit is None or count < limit
        for partner in suggestion.partners
        for count, limit in (
            (partner.offer.engagements, partner.offer.engagement_limit),
            (partner.offer.participant.engagements, partner.offer.participant.engagement_limit),
        )
    )
