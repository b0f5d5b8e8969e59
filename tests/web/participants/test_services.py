from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from models import (
    Account,
    ActivityField,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    Job,
    OutboxMail,
    Participant,
    Partnership,
    Reply,
    Reveal,
    Stage,
    Suggestion,
    Verdict,
    capacity,
    utc_now,
)
from models.errors import InvalidValue, NotAllowed, StaleVersion
from tests.factories import answer, make_need, make_offer, make_participant, make_partnership, make_suggestion
from web.participants import queries, services

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def jobs(town: Any) -> int:
    return town.session.scalar(select(func.count()).select_from(Job)) or 0


def suggested(town: Any, participant: Participant) -> Suggestion:
    suggestion = make_suggestion(
        need=make_need(participant=make_participant(area=town.district)), offers=[make_offer(participant=participant)]
    )
    town.session.add(suggestion)
    town.session.flush()
    return suggestion


def asked(town: Any, participant: Participant) -> Partnership:
    partnership = make_partnership(suggestion=suggested(town, participant), by=town.coordinator)
    town.session.add(partnership)
    town.session.flush()
    capacity.take(town.session, partnership)
    return partnership


def withdraw(town: Any, purpose: ConsentPurpose = ConsentPurpose.PROJECTS) -> None:
    services.withdraw_consent(town.session, town.resident, purpose, by=town.person, at=LATER)
    town.session.flush()


def test_a_person_consents_for_themself_on_the_web(town: Any) -> None:
    services.give_consent(
        town.session, town.resident, ConsentPurpose.LECTURER, by=town.person, at=NOON, channel=ConsentChannel.WEB
    )

    assert town.resident.consented_to(ConsentPurpose.LECTURER)


@pytest.mark.parametrize("channel", [channel for channel in ConsentChannel if channel is not ConsentChannel.WEB])
def test_a_coordinator_records_a_consent_that_came_another_way(town: Any, channel: ConsentChannel) -> None:
    services.give_consent(
        town.session, town.resident, ConsentPurpose.GUARDIAN, by=town.coordinator, at=NOON, channel=channel
    )

    assert town.resident.consents[-1].recorded_by is town.coordinator


@pytest.mark.parametrize(
    ("who", "purpose", "channel"),
    [
        ("person", ConsentPurpose.GUARDIAN, ConsentChannel.WEB),
        ("person", ConsentPurpose.GUARDIAN, ConsentChannel.PAPER),
        ("person", ConsentPurpose.LECTURER, ConsentChannel.TELEPHONE),
        ("coordinator", ConsentPurpose.LECTURER, ConsentChannel.WEB),
        ("manager", ConsentPurpose.LECTURER, ConsentChannel.WEB),
        ("manager", ConsentPurpose.LECTURER, ConsentChannel.PAPER),
    ],
)
def test_nobody_else_records_a_consent(town: Any, who: str, purpose: ConsentPurpose, channel: ConsentChannel) -> None:
    account: Account = getattr(town, who)

    with pytest.raises(NotAllowed):
        services.give_consent(town.session, town.resident, purpose, by=account, at=NOON, channel=channel)


def test_a_body_has_no_consents(town: Any) -> None:
    with pytest.raises(InvalidValue):
        services.give_consent(
            town.session, town.company, ConsentPurpose.PROJECTS, by=town.manager, at=NOON, channel=ConsentChannel.WEB
        )


def test_a_consent_given_twice_stands_once(town: Any) -> None:
    for _ in range(2):
        services.give_consent(
            town.session, town.resident, ConsentPurpose.LECTURER, by=town.person, at=NOON, channel=ConsentChannel.WEB
        )
    town.session.flush()

    standing = select(func.count()).where(Consent.purpose == ConsentPurpose.LECTURER)
    assert town.session.scalar(standing) == 1


def test_withdrawing_the_consent_to_projects_supersedes_what_nobody_decided(town: Any) -> None:
    suggestion, other = suggested(town, town.resident), suggested(town, town.company)

    withdraw(town)

    assert (suggestion.verdict, other.verdict) == (Verdict.SUPERSEDED, Verdict.PENDING)
    assert jobs(town) == 1


def test_withdrawing_another_consent_touches_no_suggestion(town: Any) -> None:
    suggestion = suggested(town, town.resident)

    withdraw(town, ConsentPurpose.LECTURER)

    assert suggestion.verdict is Verdict.PENDING
    assert jobs(town) == 0


def test_withdrawing_the_consent_to_projects_ends_open_proposals_and_gives_everything_back(town: Any) -> None:
    partnership = asked(town, town.resident)
    requester = partnership.parties[0].participant

    withdraw(town)

    assert partnership.stage is Stage.WITHDRAWN
    assert (town.resident.open_enquiries, town.resident.engagements, requester.open_enquiries) == (0, 0, 0)
    assert all(item.slot.promised == 0 for party in partnership.parties for item in party.commitments)
    assert town.session.scalars(select(Reveal)).all() == []


def test_the_proposer_is_told_when_a_consent_ends_a_proposal(town: Any) -> None:
    asked(town, town.resident)

    withdraw(town)

    mails = town.session.scalars(select(OutboxMail)).all()
    assert [(mail.template, mail.to_address) for mail in mails] == [("proposal-ended", town.coordinator.email)]


def test_what_all_accepted_goes_on_when_a_consent_is_withdrawn(town: Any) -> None:
    partnership = asked(town, town.resident)
    for party in partnership.parties:
        answer(party, Reply.YES)

    withdraw(town)

    assert partnership.stage is Stage.ACCEPTED


def test_pausing_supersedes_suggestions_and_leaves_open_questions(town: Any) -> None:
    partnership, suggestion = asked(town, town.resident), suggested(town, town.resident)

    services.pause(town.session, town.resident, by=town.person, at=LATER)

    assert town.resident.paused_at == LATER
    assert (suggestion.verdict, partnership.stage) == (Verdict.SUPERSEDED, Stage.PROPOSED)
    assert jobs(town) == 1


def test_a_need_of_somebody_who_paused_loses_its_suggestions_too(town: Any) -> None:
    suggestion = make_suggestion(
        need=make_need(participant=town.company), offers=[make_offer(participant=make_participant(area=town.district))]
    )
    town.session.add(suggestion)

    services.pause(town.session, town.company, by=town.manager, at=LATER)

    assert suggestion.verdict is Verdict.SUPERSEDED


def test_resuming_asks_for_new_suggestions(town: Any) -> None:
    town.resident.pause(at=NOON)

    services.resume(town.session, town.resident, by=town.person)

    assert town.resident.paused_at is None
    assert jobs(town) == 1


def test_asking_for_contact_details_again_within_the_hour_is_one_reveal(town: Any) -> None:
    for _ in range(2):
        services.reveal(town.session, town.resident, purpose="返事を聞く", by=town.coordinator, at=utc_now())
        town.session.flush()

    assert len(town.session.scalars(select(Reveal)).all()) == 1


def make_profile(town: Any, **changes: Any) -> services.Profile:
    values = {
        "name": "佐藤 実",
        "reading": "さとう みのる",
        "summary": "",
        "contact": None,
        "area": town.district,
        "fields": [],
        "hours_per_month": None,
        "engagement_limit": 2,
    }
    return services.Profile(**(values | changes))


def opened(town: Any) -> Participant:
    resident: Participant = town.resident
    queries.fields_of(town.session, resident)
    return resident


def test_a_profile_changed_since_is_not_overwritten(town: Any) -> None:
    resident = opened(town)

    with pytest.raises(StaleVersion):
        services.edit(town.session, resident, make_profile(town), version=resident.version + 1, by=town.person)


def test_a_new_reading_needs_no_new_run(town: Any) -> None:
    resident = opened(town)

    services.edit(town.session, resident, make_profile(town), version=resident.version, by=town.person)

    assert (resident.reading, jobs(town)) == ("さとう みのる", 0)


def test_another_limit_needs_a_new_run(town: Any) -> None:
    resident = opened(town)

    services.edit(
        town.session, resident, make_profile(town, engagement_limit=1), version=resident.version, by=town.person
    )

    assert jobs(town) == 1


def test_other_fields_alone_move_the_version_too(town: Any) -> None:
    resident = opened(town)
    services.edit(town.session, resident, make_profile(town), version=resident.version, by=town.person)
    town.session.flush()
    before = resident.version
    field = town.session.scalars(select(ActivityField)).first()

    services.edit(town.session, resident, make_profile(town, fields=[field]), version=before, by=town.person)
    town.session.flush()

    assert resident.version == before + 1
