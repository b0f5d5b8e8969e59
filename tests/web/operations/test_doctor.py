from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, text, update

from models import (
    Account,
    Area,
    AreaLevel,
    AuditedSession,
    AuditEntry,
    Consent,
    Enquiry,
    Job,
    JobKind,
    JobState,
    LedgerLine,
    LedgerMove,
    Merger,
    NeedStatus,
    Offer,
    OfferItem,
    OutboxMail,
    Participant,
    Partnership,
    Party,
    ResourceKind,
    Reveal,
    Side,
    Slot,
    Stage,
    Suggestion,
    SuggestionApproval,
    Verdict,
    capacity,
)
from tests.factories import (
    make_appointment,
    make_charge,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_run,
    make_suggestion,
)
from web.database import BEGIN
from web.operations.queries import condition, invariants

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def partnership(session: AuditedSession) -> Partnership:
    """Return a proposed partnership that took what it promises."""
    partnership = make_partnership()
    coordinator = make_appointment(partnership.need.area).account
    session.add_all([partnership, make_charge(partnership.need, coordinator)])
    session.flush()
    capacity.take(session, partnership)
    session.commit()
    return partnership


@pytest.fixture
def broken(session: AuditedSession) -> Callable[[], list[str]]:
    """Return a function that names the rules that do not hold now."""

    def examine() -> list[str]:
        session.expire_all()
        return [finding.sentence for finding in invariants.examine(session, at=NOW) if not finding.holds]

    return examine


def test_all_rules_hold_for_a_partnership_that_went_the_real_way(
    partnership: Partnership, broken: Callable[[], list[str]]
) -> None:
    assert partnership.stage is Stage.PROPOSED
    assert broken() == []


def test_all_rules_hold_after_an_empty_start(broken: Callable[[], list[str]]) -> None:
    assert broken() == []


COUNTERS = [
    (Participant.engagements, "participants count the engagements that they carry"),
    (Participant.open_enquiries, "participants count the enquiries that wait for them"),
    (Offer.engagements, "offers count the partnerships that they serve"),
    (Offer.yearly_engagements, "offers count what they serve in the fiscal year"),
    (Slot.promised, "slots count what was promised to them"),
    (OfferItem.promised, "items count what was promised of them"),
]


@pytest.mark.usefixtures("partnership")
@pytest.mark.parametrize(("counter", "sentence"), COUNTERS, ids=[sentence for _, sentence in COUNTERS])
def test_a_counter_that_says_too_little_is_found(
    session: AuditedSession, broken: Callable[[], list[str]], counter: object, sentence: str
) -> None:
    session.execute(update(counter.class_).values({counter: 0}))  # type: ignore[attr-defined]  # an attribute of a model

    assert broken() == [sentence]


@pytest.mark.parametrize(
    "forged",
    [
        {"returned": LedgerLine.returned + 1, "outstanding": LedgerLine.outstanding - 1},
        {"handed_over": LedgerLine.handed_over + 2, "missing": LedgerLine.missing + 2},
    ],
    ids=["more came back", "more was handed over and lost"],
)
def test_a_line_of_the_ledger_that_its_entries_do_not_say_is_found(
    session: AuditedSession, partnership: Partnership, broken: Callable[[], list[str]], forged: dict[str, Any]
) -> None:
    giver, receiver = partnership.parties
    line = LedgerLine(
        kind=ResourceKind.GOODS, what="長机", is_lent=True, partnership=partnership, giver=giver, receiver=receiver
    )
    line.note(LedgerMove.HANDED_OVER, 8, on=NOW.date(), by=None, at=NOW)
    line.note(LedgerMove.USED_UP, 1, on=NOW.date(), by=None, at=NOW)
    session.add(line)
    session.commit()
    assert broken() == []
    session.execute(update(LedgerLine).values(forged))

    assert broken() == ["lines of the ledger count their entries"]


@pytest.mark.usefixtures("partnership")
def test_a_party_that_left_and_still_holds_its_promises_is_found(
    session: AuditedSession, broken: Callable[[], list[str]]
) -> None:
    session.execute(update(Party).where(Party.side == Side.PROVIDER).values(left_at=NOW))

    assert "promises and enquiries end with their partnership" in broken()
    assert "participants count the engagements that they carry" in broken()
    assert "offers count the partnerships that they serve" in broken()


def test_a_need_left_behind_on_a_merged_record_is_found(
    session: AuditedSession, broken: Callable[[], list[str]]
) -> None:
    given_up = make_participant()
    kept = make_participant(area=given_up.area)
    given_up.leave(at=NOW)
    session.add_all(
        [
            make_need(participant=given_up, status=NeedStatus.WITHDRAWN),
            Merger(merged=given_up, kept=kept, merged_by=None, merged_at=NOW),
        ]
    )
    session.commit()

    assert broken() == ["a record that was merged into another holds nothing"]


def test_what_is_wrong_is_named_and_the_rest_is_counted(session: AuditedSession) -> None:
    session.add_all(make_partnership() for _ in range(3))
    session.flush()

    findings = {finding.sentence: finding for finding in invariants.examine(session, at=NOW)}
    problems = findings["participants count the enquiries that wait for them"].problems

    assert len(problems) == 4
    assert problems[0].endswith("says 0, the rows say 1")
    assert problems[-1] == "and 3 more"


@pytest.mark.usefixtures("partnership")
def test_an_acceptance_without_every_yes_is_found(session: AuditedSession, broken: Callable[[], list[str]]) -> None:
    session.execute(update(Partnership).values(stage=Stage.ACCEPTED, accepted_at=NOW))

    assert set(broken()) == {
        "a partnership is accepted when all said yes, and only then",
        "stages follow the lifecycle",
    }


def test_a_missed_acceptance_is_found(
    session: AuditedSession, partnership: Partnership, broken: Callable[[], list[str]]
) -> None:
    session.execute(update(Enquiry).values(reply="yes", answered_at=NOW, answered_by_id=partnership.proposed_by_id))

    assert "a partnership is accepted when all said yes, and only then" in broken()


@pytest.mark.usefixtures("partnership")
def test_a_stage_that_was_jumped_to_is_found(session: AuditedSession, broken: Callable[[], list[str]]) -> None:
    session.execute(text("UPDATE stage_changes SET stage = 'running'"))

    assert "stages follow the lifecycle" in broken()


@pytest.mark.usefixtures("partnership")
def test_a_partnership_whose_suggestion_was_not_approved_is_found(
    session: AuditedSession, broken: Callable[[], list[str]]
) -> None:
    session.execute(update(Suggestion).values(verdict=Verdict.PENDING, reviewed_at=None))

    assert broken() == ["a partnership comes from an approved suggestion"]


@pytest.mark.usefixtures("partnership")
def test_an_approval_by_somebody_with_an_interest_alone_is_found(
    session: AuditedSession, broken: Callable[[], list[str]]
) -> None:
    session.execute(update(SuggestionApproval).values(is_free_of_interest=False))

    assert broken() == ["an approval was given by somebody without an interest"]


def test_a_reveal_before_all_said_yes_is_found(
    session: AuditedSession, partnership: Partnership, broken: Callable[[], list[str]]
) -> None:
    first, second = (party.participant for party in partnership.parties)
    session.add(Reveal(subject=first, to_participant=second, partnership=partnership, at=NOW))
    session.commit()

    assert broken() == ["contact details were shown only on a basis"]


def test_a_reveal_to_a_coordinator_without_a_purpose_is_found(
    session: AuditedSession, partnership: Partnership, broken: Callable[[], list[str]]
) -> None:
    reader = partnership.proposed_by
    session.add(Reveal(subject=partnership.parties[0].participant, to_account=reader, purpose=" ", at=NOW))
    session.commit()

    assert broken() == ["contact details were shown only on a basis"]


def test_a_row_under_the_wrong_municipality_is_found(session: AuditedSession, broken: Callable[[], list[str]]) -> None:
    resident = make_resident()
    elsewhere = make_municipality()
    session.add_all([resident, elsewhere])
    session.commit()
    session.execute(update(Participant).values(municipality_id=elsewhere.id))

    assert broken() == ["rows lie in the municipality of their place"]


def test_a_suggested_person_who_did_not_consent_is_found(
    session: AuditedSession, broken: Callable[[], list[str]]
) -> None:
    resident = make_resident()
    run = make_run(resident.municipality)
    run.publish(needs=1, offers=1, at=NOW)
    need = make_need(participant=make_participant(area=resident.municipality))
    session.add(make_suggestion(run=run, offers=[make_offer(participant=resident)], need=need))
    session.commit()
    withdrawn = NOW - timedelta(days=30)
    session.execute(update(Consent).values(granted_at=withdrawn, withdrawn_at=withdrawn))

    assert "nobody is suggested without consent" in broken()


def test_work_whose_worker_fell_silent_is_found(session: AuditedSession, broken: Callable[[], list[str]]) -> None:
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=make_municipality())
    job.start(at=NOW - timedelta(minutes=2))
    session.add(job)
    session.commit()

    assert broken() == ["work in progress is alive"]
    assert job.state is JobState.RUNNING


def test_a_mail_that_was_given_up_is_found(session: AuditedSession, broken: Callable[[], list[str]]) -> None:
    mail = OutboxMail(to_address="a@hiyori.example", locale="ja", template="test", subject="", body="")
    mail.given_up_at = NOW - timedelta(days=1)
    session.add(mail)
    session.commit()

    assert broken() == ["no mail was given up in the last 7 days"]


def test_a_row_that_came_in_behind_the_record_is_found(
    session: AuditedSession, broken: Callable[[], list[str]]
) -> None:
    session.execute(
        insert(Account.__table__).values(  # type: ignore[arg-type]  # a table of its own, behind the mapper
            id=uuid4(), created_at=NOW, email="back@door.example", name="裏口", locale="ja", is_demo=False, version=1
        )
    )

    assert broken() == ["rows that matter stand in the record of changes"]


@pytest.mark.usefixtures("partnership")
def test_a_personal_value_in_the_record_is_found(session: AuditedSession, broken: Callable[[], list[str]]) -> None:
    session.execute(
        update(AuditEntry).where(AuditEntry.subject_table == "accounts").values(changes={"name": "日和 花子"})
    )

    assert "the record of changes holds nothing personal" in broken()


def test_the_promises_of_sqlite_are_in_force_on_every_connection(engine: Engine) -> None:
    assert condition.weakened(engine.execution_options(**{BEGIN: "DEFERRED"})) == []


def test_a_key_that_others_can_read_is_found(tmp_path: Path) -> None:
    key = tmp_path / "secret-key"
    key.write_text("secret")
    key.chmod(0o644)

    assert condition.exposed([key, tmp_path / "absent"]) == ["secret-key has mode 0644, not 0600"]


def test_the_doctor_says_every_rule_and_ends_well(app: Flask) -> None:
    outcome = app.test_cli_runner().invoke(args=["doctor"])

    assert outcome.exit_code == 0, outcome.output
    assert "✓ slots count what was promised to them" in outcome.output
    assert "✗" not in outcome.output


def test_the_doctor_ends_with_one_when_a_rule_is_broken(
    app: Flask, session: AuditedSession, partnership: Partnership
) -> None:
    session.execute(update(Slot).values(promised=0))
    session.commit()

    outcome = app.test_cli_runner().invoke(args=["doctor"])

    assert outcome.exit_code == 1
    assert "✗ slots count what was promised to them" in outcome.output
    assert f"{partnership.parties[1].commitments[0].slot.id} says 0, the rows say 1" in outcome.output


def test_the_doctor_looks_no_further_while_migrations_are_missing(app: Flask, session: AuditedSession) -> None:
    session.execute(text("DELETE FROM alembic_version"))
    session.commit()

    outcome = app.test_cli_runner().invoke(args=["doctor"])

    assert outcome.exit_code == 1
    assert "✗ the database is at the newest migration" in outcome.output


def test_an_invented_account_in_production_is_found(session: AuditedSession) -> None:
    session.add(Account(email="demo@hiyori.example", name="見本", is_demo=True))
    session.flush()

    assert len(condition.invented_accounts(session)) == 1


def test_a_wider_area_than_the_municipality_is_no_mistake(
    session: AuditedSession, broken: Callable[[], list[str]]
) -> None:
    town = make_municipality()
    resident = make_resident(area=town)
    assert town.parent is not None
    assert town.parent.level is AreaLevel.PREFECTURE
    wide: Area = town.parent
    offer = make_offer(participant=resident)
    offer.area = wide
    session.add(offer)
    session.commit()

    assert broken() == []
