"""Capacity is taken where it is promised, by conditional updates whose row count is checked.

Two coordinators may approve at the same moment on either database: the second UPDATE finds no
row that still has room, and the whole transaction is refused. These counters are derived from
`Commitment`, `Party` and `Enquiry` rows, which the audit log shows; the updates themselves pass
the audit listener by on purpose. `flask doctor` recounts them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Update, case, or_, update
from sqlalchemy.orm import Session

from models.errors import CapacityExhausted, DomainError, TooManyEnquiries, YearlyLimitReached
from models.listings import Offer, OfferItem, Slot
from models.participants import OPEN_ENQUIRY_LIMIT, Participant
from models.partnerships import Enquiry, Partnership, Party, Side
from models.years import fiscal_year, town_day


def _change_one(session: Session, statement: Update, refusal: DomainError) -> None:
    result = cast("CursorResult[Any]", session.execute(statement.execution_options(synchronize_session=False)))
    if result.rowcount != 1:
        raise refusal


def take(session: Session, partnership: Partnership) -> None:
    """Take what the partnership promises: engagements, quantities, places for open enquiries.

    Rows are locked in one order (participants, offers, slots, items, each by id), so two
    partnerships can never wait for each other.

    Raises
    ------
    CapacityExhausted
        Somebody else was promised it first.
    YearlyLimitReached
        The offer has been promised as often as its owner allows in the fiscal year of the proposal.
    TooManyEnquiries
        A recipient has as many open enquiries as one may have.

    """
    year = fiscal_year(town_day(partnership.proposed_at))
    for participant_id, enquiries, engagements in _per_participant(partnership.parties):
        _change_one(
            session,
            update(Participant)
            .where(Participant.id == participant_id, Participant.open_enquiries + enquiries <= OPEN_ENQUIRY_LIMIT)
            .values(open_enquiries=Participant.open_enquiries + enquiries),
            TooManyEnquiries("this recipient has three open enquiries already"),
        )
        if engagements:
            _change_one(
                session,
                update(Participant)
                .where(
                    Participant.id == participant_id,
                    or_(
                        Participant.engagement_limit.is_(None),
                        Participant.engagements + engagements <= Participant.engagement_limit,
                    ),
                )
                .values(engagements=Participant.engagements + engagements),
                CapacityExhausted("this participant takes no further engagement now"),
            )
    for offer_id in _offers(partnership.parties):
        _change_one(
            session,
            update(Offer)
            .where(
                Offer.id == offer_id,
                or_(Offer.engagement_limit.is_(None), Offer.engagements + 1 <= Offer.engagement_limit),
            )
            .values(engagements=Offer.engagements + 1),
            CapacityExhausted("this offer serves as many partnerships as it can already"),
        )
        _change_one(
            session,
            update(Offer)
            .where(
                Offer.id == offer_id,
                or_(Offer.yearly_limit.is_(None), _engagements_in(year) + 1 <= Offer.yearly_limit),
            )
            .values(yearly_engagements=_engagements_in(year) + 1, engagements_year=year, yearly_limit_exceeded=False),
            YearlyLimitReached("this offer was promised as often as its owner allows in a year"),
        )
    for slot_id, quantity in _per_slot(partnership.parties):
        _change_one(
            session,
            update(Slot)
            .where(Slot.id == slot_id, Slot.promised + quantity <= Slot.quantity)
            .values(promised=Slot.promised + quantity),
            CapacityExhausted("this slot was filled by others meanwhile"),
        )
    for item_id, quantity in _per_item(partnership.parties):
        _change_one(
            session,
            update(OfferItem)
            .where(OfferItem.id == item_id, OfferItem.promised + quantity <= OfferItem.quantity)
            .values(promised=OfferItem.promised + quantity),
            CapacityExhausted("this item was promised to others meanwhile"),
        )
    _forget_loaded_counters(session, partnership.parties)


def answer_received(session: Session, enquiry: Enquiry) -> None:
    """Free the recipient's place for an open enquiry once its answer is in."""
    _lower_open_enquiries(session, enquiry.party.participant_id, 1)
    session.expire(enquiry.party.participant, ["open_enquiries"])


def release(session: Session, partnership: Partnership, *, unanswered: dict[UUID, int], at: datetime) -> None:
    """Give back all that a partnership took, when it is over.

    `unanswered` counts, for each participant, the enquiries that were still open. What all had said yes to
    stays counted in its fiscal year: it was given. Who left before gave its part back then.
    """
    _give_back(session, partnership, partnership.present, unanswered=unanswered, at=at)


def release_party(session: Session, party: Party, *, at: datetime) -> None:
    """Give back what one party alone had promised, when it leaves a partnership that goes on."""
    _give_back(session, party.partnership, [party], unanswered={}, at=at)


def _give_back(
    session: Session, partnership: Partnership, parties: Sequence[Party], *, unanswered: dict[UUID, int], at: datetime
) -> None:
    year = fiscal_year(town_day(partnership.proposed_at))
    for participant_id, _, engagements in _per_participant(parties):
        if engagements:
            _change_one(
                session,
                update(Participant)
                .where(Participant.id == participant_id, Participant.engagements >= engagements)
                .values(engagements=Participant.engagements - engagements),
                CapacityExhausted("the counted engagements do not hold this partnership"),
            )
        if unanswered.get(participant_id):
            _lower_open_enquiries(session, participant_id, unanswered[participant_id])
    for offer_id in _offers(parties):
        _change_one(
            session,
            update(Offer)
            .where(Offer.id == offer_id, Offer.engagements >= 1)
            .values(
                engagements=Offer.engagements - 1,
                yearly_engagements=Offer.yearly_engagements
                - case((Offer.engagements_year == year, int(partnership.accepted_at is None)), else_=0),
            ),
            CapacityExhausted("the counted engagements do not hold this partnership"),
        )
    for slot_id, quantity in _per_slot(parties):
        _change_one(
            session,
            update(Slot).where(Slot.id == slot_id, Slot.promised >= quantity).values(promised=Slot.promised - quantity),
            CapacityExhausted("the counted promises do not hold this partnership"),
        )
    for item_id, quantity in _per_item(parties):
        _change_one(
            session,
            update(OfferItem)
            .where(OfferItem.id == item_id, OfferItem.promised >= quantity)
            .values(promised=OfferItem.promised - quantity),
            CapacityExhausted("the counted promises do not hold this partnership"),
        )
    for party in parties:
        for commitment in party.commitments:
            commitment.released_at = at
    _forget_loaded_counters(session, parties)


def _lower_open_enquiries(session: Session, participant_id: UUID, by: int) -> None:
    _change_one(
        session,
        update(Participant)
        .where(Participant.id == participant_id, Participant.open_enquiries >= by)
        .values(open_enquiries=Participant.open_enquiries - by),
        TooManyEnquiries("the counted enquiries do not hold this one"),
    )


def _per_participant(parties: Sequence[Party]) -> list[tuple[UUID, int, int]]:
    enquiries: dict[UUID, int] = {}
    engagements: dict[UUID, int] = {}
    for party in parties:
        identity = party.participant.id
        enquiries[identity] = enquiries.get(identity, 0) + 1
        engagements[identity] = engagements.get(identity, 0) + (party.side is Side.PROVIDER)
    return sorted((identity, enquiries[identity], engagements[identity]) for identity in enquiries)


def _engagements_in(year: int) -> ColumnElement[int]:
    """Return how often an offer was promised in a fiscal year; the counter holds the latest year alone."""
    return case((Offer.engagements_year == year, Offer.yearly_engagements), else_=0)


def _offers(parties: Sequence[Party]) -> list[UUID]:
    return sorted({party.offer.id for party in parties if party.offer is not None})


def _per_slot(parties: Sequence[Party]) -> list[tuple[UUID, int]]:
    quantities: dict[UUID, int] = {}
    for party in parties:
        for commitment in party.commitments:
            quantities[commitment.slot.id] = quantities.get(commitment.slot.id, 0) + commitment.quantity
    return sorted(quantities.items())


def _per_item(parties: Sequence[Party]) -> list[tuple[UUID, int]]:
    """Sum the quantities by item, of those that a promise uses up."""
    quantities: dict[UUID, int] = {}
    for party in parties:
        for commitment in party.commitments:
            if commitment.item.is_used_up:
                quantities[commitment.item.id] = quantities.get(commitment.item.id, 0) + commitment.quantity
    return sorted(quantities.items())


def _forget_loaded_counters(session: Session, parties: Sequence[Party]) -> None:
    for party in parties:
        if party.participant in session:
            session.expire(party.participant, ["engagements", "open_enquiries"])
        if party.offer is not None and party.offer in session:
            session.expire(
                party.offer, ["engagements", "engagements_year", "yearly_engagements", "yearly_limit_exceeded"]
            )
        for commitment in party.commitments:
            for row in (commitment.slot, commitment.item):
                if row in session:
                    session.expire(row, ["promised"])
