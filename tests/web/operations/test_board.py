from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from models import (
    Account,
    Area,
    AuditedSession,
    Job,
    JobKind,
    MatchingRun,
    Membership,
    NeedOutcome,
    OutboxMail,
    Participant,
    Role,
    Stage,
    utc_now,
)
from tests.factories import (
    make_account,
    make_appointment,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_run,
    make_suggestion,
)
from web.operations.queries.board import board, concentration

SignedIn = Callable[[Account], FlaskClient]
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def town(session: AuditedSession) -> Area:
    town = make_municipality()
    session.add(town)
    return town


@pytest.fixture
def administrator(session: AuditedSession, town: Area) -> Account:
    appointment = make_appointment(town, role=Role.ADMINISTRATOR, account=make_account(name="市役所 太郎"))
    session.add(appointment)
    session.flush()
    return appointment.account


@pytest.fixture
def run(session: AuditedSession, town: Area) -> MatchingRun:
    run = make_run(town)
    run.publish(needs=0, offers=0, at=NOW)
    session.add(run)
    return run


def test_needs_are_told_apart_by_what_the_engine_found(
    session: AuditedSession, town: Area, administrator: Account, run: MatchingRun
) -> None:
    fits, unmet, unseen = (make_need(participant=make_participant(area=town)) for _ in range(3))
    session.add_all(
        [
            unseen,
            *(
                NeedOutcome(run=run, need=need, candidates=count, excluded={}, relaxations=[], questions=[])
                for need, count in ((fits, 4), (unmet, 0))
            ),
        ]
    )

    figures = board(session, administrator, at=NOW)

    assert (figures.needs.open, figures.needs.unmet, figures.needs.not_looked_at) == (3, 1, 1)
    assert figures.unmet == (unmet,)


def test_another_town_does_not_count(session: AuditedSession, administrator: Account) -> None:
    session.add_all([make_partnership(stage=Stage.RUNNING), make_resident(), Job(kind=JobKind.REFRESH_SUGGESTIONS)])
    session.flush()

    figures = board(session, administrator, at=NOW)

    assert figures.needs.open == 0
    assert sum(figures.partnerships.values()) == 0
    assert figures.staff_bank == figures.bodies == 0


def test_partnerships_are_counted_by_stage(session: AuditedSession, town: Area, administrator: Account) -> None:
    need = make_need(participant=make_participant(area=town))
    session.add_all([make_partnership(need=need, stage=stage) for stage in (Stage.RUNNING, Stage.LAPSED)])
    session.flush()

    figures = board(session, administrator, at=NOW)

    assert figures.partnerships[Stage.RUNNING] == figures.partnerships[Stage.LAPSED] == 1
    assert figures.partnerships[Stage.CLOSED] == 0


def test_the_oldest_suggestion_tells_how_long_people_wait(
    session: AuditedSession, town: Area, administrator: Account
) -> None:
    suggestion = make_suggestion(need=make_need(participant=make_participant(area=town)))
    suggestion.created_at = NOW - timedelta(days=12)
    session.add_all([suggestion, make_suggestion(need=suggestion.need)])
    session.flush()

    waiting = board(session, administrator, at=NOW).waiting

    assert waiting.pending == 2
    assert waiting.oldest_days(NOW) == 12


def test_offers_that_nobody_was_shown_for_a_season_are_counted(
    session: AuditedSession, town: Area, administrator: Account
) -> None:
    overlooked, suggested, new = (make_offer(participant=make_participant(area=town)) for _ in range(3))
    for offer in (overlooked, suggested):
        offer.created_at = NOW - timedelta(days=200)
    need = make_need(participant=make_participant(area=town))
    session.add_all([overlooked, suggested, new, make_suggestion(need=need, offers=[suggested])])
    session.flush()

    assert board(session, administrator, at=NOW).overlooked == 1


def test_who_left_is_not_in_the_staff_bank(session: AuditedSession, town: Area, administrator: Account) -> None:
    gone = make_resident(area=town)
    gone.leave(at=NOW)
    session.add_all([gone, make_resident(area=town), make_participant(area=town)])
    session.flush()

    figures = board(session, administrator, at=NOW)

    assert (figures.staff_bank, figures.bodies) == (1, 1)


def test_failed_work_and_mails_that_wait_are_shown(session: AuditedSession, town: Area, administrator: Account) -> None:
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=town)
    job.fail("no disk", at=NOW - timedelta(days=1))
    session.add_all([job, _mail(administrator), _mail(make_account())])
    session.flush()

    operation = board(session, administrator, at=NOW).operation

    assert (operation.failed_jobs, operation.mails_waiting, operation.mails_given_up) == (1, 1, 0)


def test_mails_to_the_people_of_the_town_that_were_given_up_are_shown(
    session: AuditedSession, town: Area, administrator: Account
) -> None:
    membership: Membership = make_membership(make_participant(area=town))
    mail = _mail(membership.account)
    mail.given_up_at = NOW - timedelta(days=2)
    session.add_all([membership, mail])
    session.flush()

    assert board(session, administrator, at=NOW).operation.mails_given_up == 1


def test_equal_loads_have_no_concentration() -> None:
    load = concentration([(2, 10)])

    assert load.gini == pytest.approx(0)
    assert load.share_of_top_tenth == pytest.approx(0.1)


def test_one_who_carries_everything_is_seen() -> None:
    load = concentration([(0, 9), (5, 1)])

    assert load.gini == pytest.approx(0.9)
    assert load.share_of_top_tenth == 1


def test_nobody_carries_nothing() -> None:
    assert concentration([]).gini == 0
    assert concentration([(0, 4)]).share_of_top_tenth == 0


def test_the_board_names_its_places(signed_in: SignedIn, administrator: Account) -> None:
    response = signed_in(administrator).get("/board")

    assert response.status_code == 200
    assert "日和市" in response.text


def test_the_board_shows_what_failed(
    session: AuditedSession, signed_in: SignedIn, town: Area, administrator: Account
) -> None:
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=town)
    job.fail("no disk", at=utc_now())
    session.add(job)

    assert 'class="notice notice--danger"' in signed_in(administrator).get("/board").text


def test_the_board_is_closed_to_coordinators(session: AuditedSession, signed_in: SignedIn, town: Area) -> None:
    coordinator = make_appointment(town)
    session.add(coordinator)

    assert signed_in(coordinator.account).get("/board").status_code == 403


def test_the_board_needs_at_most_twelve_queries(
    session: AuditedSession, signed_in: SignedIn, town: Area, administrator: Account, run: MatchingRun
) -> None:
    participants: list[Participant] = [make_participant(area=town) for _ in range(12)]
    session.add_all(
        NeedOutcome(
            run=run, need=make_need(participant=participant), candidates=0, excluded={}, relaxations=[], questions=[]
        )
        for participant in participants
    )
    browser = signed_in(administrator)
    statements: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    browser.get("/board")

    assert len([statement for statement in statements if statement.startswith(("SELECT", "WITH"))]) <= 12


def _mail(account: Account) -> OutboxMail:
    return OutboxMail(to_account=account, to_address=account.email, locale="ja", template="test", subject="", body="")
