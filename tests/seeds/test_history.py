"""The year of partnerships obeys every rule that partnerships of today obey."""

from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from models import (
    AuditedSession,
    AuditEntry,
    Commitment,
    Enquiry,
    MatchingRun,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    Participant,
    Partnership,
    Party,
    Reply,
    Reveal,
    RunState,
    Side,
    Slot,
    Stage,
    Suggestion,
    Verdict,
)
from models.audit import verify
from models.lifecycle import MAIN_WAY
from models.participants import OPEN_ENQUIRY_LIMIT

KEY = b"a key for tests"


@pytest.fixture
def partnerships(built: AuditedSession) -> list[Partnership]:
    statement = select(Partnership).options(
        selectinload(Partnership.changes), selectinload(Partnership.need), selectinload(Partnership.parties)
    )
    return list(built.scalars(statement.order_by(Partnership.proposed_at, Partnership.id)))


def test_the_year_had_every_kind_of_end(partnerships: list[Partnership]) -> None:
    stages = Counter(partnership.stage for partnership in partnerships)

    assert stages.total() == 28
    assert set(stages) >= {Stage.CLOSED, Stage.DECLINED, Stage.LAPSED, Stage.RUNNING, Stage.PROPOSED}


def test_stages_were_reached_one_after_another(partnerships: list[Partnership]) -> None:
    for partnership in partnerships:
        changes = partnership.changes
        assert changes[-1].stage is partnership.stage
        assert all(before.at < after.at for before, after in pairwise(changes))
        if partnership.stage in {Stage.CLOSED, Stage.RUNNING}:
            reached = MAIN_WAY[: MAIN_WAY.index(partnership.stage) + 1]
            assert tuple(change.stage for change in changes) == reached


def test_a_no_names_its_reason(built: AuditedSession) -> None:
    for enquiry in built.scalars(select(Enquiry).where(Enquiry.reply == Reply.NO).options(joinedload(Enquiry.reason))):
        assert enquiry.reason is not None


def test_partners_are_proposed_after_the_need_was_opened(partnerships: list[Partnership]) -> None:
    for partnership in partnerships:
        assert partnership.need.opened_at is not None
        assert partnership.need.opened_at < partnership.proposed_at


def test_every_provider_promised_something(partnerships: list[Partnership]) -> None:
    for partnership in partnerships:
        for party in partnership.parties:
            assert bool(party.commitments) == (party.side is Side.PROVIDER)


def test_suggestions_of_the_records_have_no_score_and_no_reasons(built: AuditedSession) -> None:
    for suggestion in built.scalars(select(Suggestion)):
        assert (suggestion.score, suggestion.confidence, suggestion.reasons) == (None, 0.0, [])
        assert suggestion.verdict is Verdict.APPROVED


def test_the_run_of_the_records_is_not_the_one_that_is_shown(built: AuditedSession) -> None:
    assert built.scalars(select(MatchingRun.state)).all() == [RunState.SUPERSEDED]


def test_contacts_are_revealed_both_ways_when_all_said_yes_and_never_else(
    built: AuditedSession, partnerships: list[Partnership]
) -> None:
    reveals = Counter(built.scalars(select(Reveal.partnership_id)))

    for partnership in partnerships:
        parties = len({party.participant_id for party in partnership.parties})
        assert reveals[partnership.id] == (parties * (parties - 1) if partnership.accepted_at else 0)


def test_a_filled_need_of_the_past_found_its_partners(built: AuditedSession, partnerships: list[Partnership]) -> None:
    accepted = {partnership.need_id for partnership in partnerships if partnership.accepted_at}

    assert set(built.scalars(select(Need.id).where(Need.status == NeedStatus.FILLED))) == accepted


def test_engagements_of_participants_equal_a_recount(built: AuditedSession) -> None:
    counted = Counter(
        built.scalars(
            select(Party.participant_id)
            .join(Party.partnership)
            .where(Party.side == Side.PROVIDER, Partnership.over_at.is_(None))
        )
    )

    for identity, engagements in built.execute(select(Participant.id, Participant.engagements)):
        assert engagements == counted[identity]
    assert counted.total() > 0


def test_engagements_of_offers_equal_a_recount(built: AuditedSession) -> None:
    counted = Counter(
        built.scalars(
            select(Party.offer_id)
            .join(Party.partnership)
            .where(Party.side == Side.PROVIDER, Partnership.over_at.is_(None))
        )
    )

    for identity, engagements in built.execute(select(Offer.id, Offer.engagements)):
        assert engagements == counted[identity]


def test_open_enquiries_equal_a_recount(built: AuditedSession) -> None:
    counted = Counter(
        built.scalars(
            select(Party.participant_id)
            .join(Enquiry, Enquiry.party_id == Party.id)
            .where(Enquiry.reply.is_(None), Enquiry.released_at.is_(None))
        )
    )

    for identity, open_enquiries in built.execute(select(Participant.id, Participant.open_enquiries)):
        assert open_enquiries == counted[identity]
        assert open_enquiries <= OPEN_ENQUIRY_LIMIT


def test_promises_of_slots_and_items_equal_a_recount(built: AuditedSession) -> None:
    standing = select(Commitment).where(Commitment.released_at.is_(None))
    slots, items = Counter[object](), Counter[object]()
    for commitment in built.scalars(standing):
        slots[commitment.slot_id] += commitment.quantity
        if commitment.item.is_used_up:
            items[commitment.item_id] += commitment.quantity

    assert slots.total() > 0
    for identity, promised in built.execute(select(Slot.id, Slot.promised)):
        assert promised == slots[identity]
    for identity, promised in built.execute(select(OfferItem.id, OfferItem.promised)):
        assert promised == items[identity]


def test_commitments_stand_exactly_while_the_partnership_does(partnerships: list[Partnership]) -> None:
    for partnership in partnerships:
        for party in partnership.parties:
            for commitment in party.commitments:
                assert (commitment.released_at is None) == (partnership.over_at is None)


def test_nobody_is_above_their_own_limit(built: AuditedSession) -> None:
    for row in [*built.scalars(select(Participant)), *built.scalars(select(Offer))]:
        assert row.engagement_limit is None or row.engagements <= row.engagement_limit
        assert not row.engagement_limit_exceeded


def test_whoever_may_not_be_asked_was_never_asked(built: AuditedSession) -> None:
    asked = set(built.scalars(select(Party.participant_id)))

    for participant in built.scalars(select(Participant).where(Participant.id.in_(asked))):
        assert participant.may_be_matched


def test_the_record_of_it_all_verifies(built: AuditedSession) -> None:
    assert verify(built, KEY) == []
    assert (built.scalar(select(func.count()).select_from(AuditEntry)) or 0) > 1000
