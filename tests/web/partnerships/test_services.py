from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from models import (
    ConsentChannel,
    ConsentPurpose,
    Enquiry,
    Job,
    JobKind,
    NeedStatus,
    Offer,
    OfferItem,
    OutboxMail,
    Participant,
    Partnership,
    Party,
    Reply,
    Reveal,
    Slot,
    Stage,
)
from models.errors import AlreadyDecided, ConsentMissing, TooManyEnquiries
from tests.factories import (
    make_account,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_suggestion,
)
from web.partnerships import queries, services

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def say(town: Any, party: Party, reply: Reply = Reply.YES, *, by: Any = None, note: str = "") -> Partnership:
    reason = town.reason if reply is Reply.NO else None
    return services.answer(town.session, party.enquiry, reply, by=by or town.chair, at=LATER, reason=reason, note=note)


def counted(town: Any) -> dict[str, int]:
    """Return the stored counters as sums over all rows."""
    columns = {
        "open_enquiries": Participant.open_enquiries,
        "engagements": Participant.engagements,
        "offers": Offer.engagements,
        "slots": Slot.promised,
        "items": OfferItem.promised,
    }
    return {name: town.session.scalar(select(func.sum(column))) for name, column in columns.items()}


def recounted(town: Any) -> dict[str, int]:
    """Count the same from the rows that the counters are derived from."""
    partnerships = town.session.scalars(select(Partnership)).all()
    parties = [party for partnership in partnerships if not partnership.is_over for party in partnership.parties]
    commitments = [commitment for party in parties for commitment in party.commitments if not commitment.released_at]
    open_enquiries = sum(enquiry.is_open for enquiry in town.session.scalars(select(Enquiry)))
    providers = sum(party.offer is not None for party in parties)
    return {
        "open_enquiries": open_enquiries,
        "engagements": providers,
        "offers": providers,
        "slots": sum(commitment.quantity for commitment in commitments),
        "items": sum(commitment.quantity for commitment in commitments if commitment.item.is_used_up),
    }


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        (datetime(2026, 11, 16, 3, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2026, 11, 20, 3, tzinfo=UTC), date(2026, 11, 26)),  # 23 November is Labour Thanksgiving Day
        (datetime(2026, 11, 16, 16, tzinfo=UTC), date(2026, 11, 20)),  # it is the 17th in the town already
        (datetime(2026, 12, 28, 3, tzinfo=UTC), date(2027, 1, 6)),
        (datetime(2026, 12, 25, 3, tzinfo=UTC), date(2027, 1, 5)),
        (datetime(2026, 5, 1, 3, tzinfo=UTC), date(2026, 5, 11)),
    ],
)
def test_a_reply_is_due_on_the_third_day_on_which_offices_are_open(sent: datetime, due: date) -> None:
    assert services.reply_due_on(sent) == due


def test_a_proposal_takes_what_it_promises(town: Any) -> None:
    town.propose()

    assert counted(town) == recounted(town) == {
        "open_enquiries": 3, "engagements": 2, "offers": 2, "slots": 2, "items": 1
    }  # fmt: skip


def test_a_proposal_asks_each_account_of_each_party(town: Any) -> None:
    partnership = town.propose()

    mails = town.mails("enquiry")
    assert [mail.to_address for mail in mails] == [
        "chair@hiyori.example", "manager@hiyori.example", "person@hiyori.example"
    ]  # fmt: skip
    assert all(
        queries.answer_token(town.session, party.enquiry, account) in "".join(mail.body for mail in mails)
        for party, account in zip(partnership.parties, (town.chair, town.manager, town.person), strict=True)
    )


def test_a_party_without_an_account_gets_no_mail_and_is_asked_nevertheless(town: Any) -> None:
    town.manager.suspend(at=NOON)

    partnership = town.propose()

    assert "manager@hiyori.example" not in [mail.to_address for mail in town.mails("enquiry")]
    assert partnership.parties[1].enquiry.is_open


def test_what_is_rolled_back_leaves_no_mail(town: Any) -> None:
    suggestion = make_suggestion(need=town.need, offers=[make_offer(participant=town.company)])
    town.session.add(suggestion)
    suggestion.approve(by=town.coordinator, at=NOON)
    services.propose(town.session, suggestion, by=town.coordinator, at=NOON)
    assert town.session.scalar(select(func.count()).select_from(OutboxMail)) == 2

    town.session.rollback()

    assert town.session.scalar(select(func.count()).select_from(OutboxMail)) == 0
    assert town.session.scalar(select(func.count()).select_from(Partnership)) == 0


def test_a_minor_without_a_guardians_consent_is_never_asked(town: Any) -> None:
    town.resident.is_adult = False

    with pytest.raises(ConsentMissing):
        town.propose()


def test_a_minor_with_a_guardians_consent_is_asked(town: Any) -> None:
    town.resident.is_adult = False
    town.resident.consent(ConsentPurpose.GUARDIAN, by=town.coordinator, at=NOON, channel=ConsentChannel.PAPER)

    assert town.propose().stage is Stage.PROPOSED


def test_a_person_who_withdrew_the_consent_to_projects_is_not_asked(town: Any) -> None:
    town.resident.withdraw_consent(ConsentPurpose.PROJECTS, at=NOON)

    with pytest.raises(ConsentMissing):
        town.propose()


def test_somebody_who_paused_is_not_asked(town: Any) -> None:
    town.company.pause(at=NOON)

    with pytest.raises(ConsentMissing):
        town.propose()


@pytest.mark.parametrize("reply", list(Reply))
def test_a_person_whose_consent_does_not_stand_cannot_answer(town: Any, reply: Reply) -> None:
    partnership = town.propose()
    town.resident.withdraw_consent(ConsentPurpose.PROJECTS, at=LATER)

    with pytest.raises(ConsentMissing):
        say(town, partnership.parties[2], reply)


def test_the_last_yes_reveals_nobody_whose_consent_ended(town: Any) -> None:
    partnership = town.propose()
    say(town, partnership.parties[2])
    say(town, partnership.parties[0])
    town.resident.withdraw_consent(ConsentPurpose.PROJECTS, at=LATER)

    with pytest.raises(ConsentMissing):
        say(town, partnership.parties[1])


def test_a_fourth_open_enquiry_for_one_recipient_is_refused(town: Any) -> None:
    helper = make_resident(name="人気の人", area=town.district)
    town.session.add(helper)
    suggestions = [
        make_suggestion(
            need=make_need(participant=make_participant(area=town.district)), offers=[make_offer(participant=helper)]
        )
        for _ in range(4)
    ]
    for suggestion in suggestions:
        _approve(town, suggestion)
    for suggestion in suggestions[:3]:
        services.propose(town.session, suggestion, by=town.coordinator, at=NOON)

    with pytest.raises(TooManyEnquiries):
        services.propose(town.session, suggestions[3], by=town.coordinator, at=NOON)


def _approve(town: Any, suggestion: Any) -> None:
    town.session.add(suggestion)
    suggestion.approve(by=town.coordinator, at=NOON)
    town.session.flush()


def test_one_yes_is_not_enough(town: Any) -> None:
    partnership = town.propose()

    say(town, partnership.parties[0])
    say(town, partnership.parties[1])

    assert partnership.stage is Stage.PROPOSED
    assert town.session.scalars(select(Reveal)).all() == []
    assert town.mails("all-said-yes") == []
    assert counted(town) == recounted(town)


def test_the_last_yes_shows_each_party_the_others_contact_details(town: Any) -> None:
    partnership = town.propose()

    for party in partnership.parties:
        say(town, party)

    assert partnership.stage is Stage.ACCEPTED
    reveals = town.session.scalars(select(Reveal)).all()
    assert len({(reveal.subject_id, reveal.to_participant_id) for reveal in reveals}) == 6
    chair, manager, person = town.mails("all-said-yes")
    assert "minoru@hiyori.example" in chair.body
    assert "0191-00-0001" in chair.body
    assert "kitayama@hiyori.example" not in chair.body
    assert "kitayama@hiyori.example" in manager.body
    assert "minoru@hiyori.example" not in person.body
    assert counted(town) == recounted(town)


def test_two_offers_of_one_participant_reveal_it_once(town: Any) -> None:
    offers = [make_offer(participant=town.company), make_offer(participant=town.company, title="もう一つ")]
    suggestion = make_suggestion(need=town.need, offers=offers)
    _approve(town, suggestion)
    partnership = services.propose(town.session, suggestion, by=town.coordinator, at=NOON)

    for party in partnership.parties:
        say(town, party)

    assert len(town.session.scalars(select(Reveal)).all()) == 2
    assert len(town.mails("all-said-yes")) == 2


def test_a_need_is_filled_when_all_its_slots_are_covered(town: Any) -> None:
    partnership = town.propose()

    for party in partnership.parties:
        say(town, party)

    assert town.need.status is NeedStatus.FILLED


def test_a_need_with_a_slot_that_only_waits_for_answers_stays_open(town: Any) -> None:
    first = make_suggestion(need=town.need, offers=[make_offer(participant=town.company)])
    _approve(town, first)
    partnership = services.propose(town.session, first, by=town.coordinator, at=NOON)
    second = make_suggestion(need=town.need, offers=[make_offer(participant=town.resident)])
    second.partners[0].shares[0].slot = town.need.slots[1]
    _approve(town, second)
    other = services.propose(town.session, second, by=town.coordinator, at=NOON)

    for party in partnership.parties:
        say(town, party)
    open_still = town.need.status
    for party in other.parties:
        say(town, party)

    assert open_still is NeedStatus.OPEN
    assert town.need.status is NeedStatus.FILLED


@pytest.mark.parametrize("yes_before", [0, 1, 2])
def test_a_no_gives_back_all_that_was_taken(town: Any, yes_before: int) -> None:
    partnership = town.propose()
    for party in partnership.parties[:yes_before]:
        say(town, party)

    say(town, partnership.parties[yes_before], Reply.NO)

    assert partnership.stage is Stage.DECLINED
    assert counted(town) == recounted(town) == dict.fromkeys(counted(town), 0)
    assert town.need.status is NeedStatus.OPEN


def test_a_no_asks_for_the_next_candidates(town: Any) -> None:
    partnership = town.propose()

    say(town, partnership.parties[1], Reply.NO)

    jobs = town.session.scalars(select(Job)).all()
    assert [(job.kind, job.municipality) for job in jobs] == [(JobKind.REFRESH_SUGGESTIONS, town.need.municipality)]


def test_a_no_is_told_to_the_others_without_who_and_why(town: Any) -> None:
    partnership = town.propose()

    say(town, partnership.parties[1], Reply.NO, by=town.manager, note="秘密の事情")

    mails = town.mails("does-not-come-about")
    assert [mail.to_address for mail in mails] == ["chair@hiyori.example", "person@hiyori.example"]
    told = "".join(mail.subject + mail.body for mail in mails + town.mails("proposal-ended"))
    assert not any(secret in told for secret in ("日和印刷", "秘密の事情", town.reason.name_ja, "社員の利用者"))


def test_a_no_is_told_to_the_coordinator_who_proposed(town: Any) -> None:
    partnership = town.propose()

    say(town, partnership.parties[1], Reply.NO)

    assert [mail.to_address for mail in town.mails("proposal-ended")] == ["coordinator@hiyori.example"]


def test_an_answer_is_given_once(town: Any) -> None:
    partnership = town.propose()
    say(town, partnership.parties[0])

    with pytest.raises(AlreadyDecided):
        say(town, partnership.parties[0])


def test_nobody_answers_what_another_declined(town: Any) -> None:
    partnership = town.propose()
    say(town, partnership.parties[0], Reply.NO)

    with pytest.raises(AlreadyDecided):
        say(town, partnership.parties[1])


def test_a_proposal_taken_back_gives_everything_back_and_tells_all_parties(town: Any) -> None:
    partnership = town.propose()
    say(town, partnership.parties[0])

    services.withdraw(town.session, partnership, by=town.coordinator, at=LATER)

    assert partnership.stage is Stage.WITHDRAWN
    assert counted(town) == recounted(town) == dict.fromkeys(counted(town), 0)
    assert len(town.mails("does-not-come-about")) == 3


def test_what_all_accepted_is_not_taken_back_like_a_proposal(town: Any) -> None:
    partnership = town.propose()
    for party in partnership.parties:
        say(town, party)

    with pytest.raises(AlreadyDecided):
        services.withdraw(town.session, partnership, by=town.coordinator, at=LATER)


def test_every_mail_is_written_in_its_readers_language(town: Any) -> None:
    town.session.add(make_membership(town.company, account=make_account(email="second@hiyori.example", locale="ja")))
    partnership = town.propose()

    locales = {mail.to_address: mail.locale for mail in town.mails("enquiry")}
    bodies = {mail.to_address: mail.body for mail in town.mails("enquiry")}

    assert locales["manager@hiyori.example"] == "en"
    assert "26 November 2026" in bodies["manager@hiyori.example"]
    assert "令和8年11月26日（木）" in bodies["second@hiyori.example"]
    assert partnership.parties[1].enquiry.due_on == date(2026, 11, 26)
