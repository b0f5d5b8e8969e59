"""Reads of partnerships and enquiries."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Account, Membership, Need, Offer, Participant, Suggestion, SuggestionPartner, SuggestionShare


def load_team(session: Session, suggestion: Suggestion) -> None:
    """Load what becomes of a suggestion when it is proposed: its partners, their shares, and the need."""
    session.scalars(
        select(Suggestion)
        .where(Suggestion.id == suggestion.id)
        .options(
            joinedload(Suggestion.need).joinedload(Need.participant),
            selectinload(Suggestion.partners).options(
                joinedload(SuggestionPartner.offer).joinedload(Offer.participant),
                selectinload(SuggestionPartner.shares).options(
                    joinedload(SuggestionShare.slot), joinedload(SuggestionShare.item)
                ),
            ),
        )
    ).all()


def accounts_of(session: Session, participants: Iterable[Participant]) -> dict[UUID, Sequence[Account]]:
    """Return the accounts that speak for each participant and can sign in, by the participant's id.

    A participant without one gets no mail; the coordinator acts for it.
    """
    found: dict[UUID, list[Account]] = {participant.id: [] for participant in participants}
    memberships = session.scalars(
        select(Membership)
        .where(Membership.participant_id.in_(found))
        .options(joinedload(Membership.account))
        .order_by(Membership.created_at, Membership.id)
    )
    for membership in memberships:
        if membership.account.may_sign_in:
            found[membership.participant_id].append(membership.account)
    return {identity: tuple(accounts) for identity, accounts in found.items()}
