"""Similar needs can be joined: one side asks, the other answers, the coordinator sees it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Account, Area, JointWish, Need, NeedStatus, OutboxMail, Participant, Reply, Stage, utc_now
from models.errors import AlreadyDecided, InvalidValue
from tests.factories import (
    make_account,
    make_field,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
    make_skill,
    make_slot,
)

Browse = Callable[[Account], FlaskClient]
Represent = Callable[[Participant], Account]


@pytest.fixture
def need(session: Session, town: Area) -> Need:
    need = make_need(participant=make_participant(area=town), title="参道の草刈り")
    session.add(need)
    return need


@pytest.fixture
def other(session: Session, town: Area) -> Need:
    other = make_need(participant=make_participant(area=town, name="中里自治会"), title="農道の草刈り")
    session.add(other)
    return other


@pytest.fixture
def wish(session: Session, need: Need, other: Need) -> JointWish:
    wish = JointWish(need=need, other_need=other, wished_by=None, wished_at=utc_now())
    session.add(wish)
    return wish


def test_a_wish_is_kept_and_told_to_the_other_side(
    session: Session, need: Need, other: Need, represent: Represent, signed_in: Browse
) -> None:
    theirs = represent(other.participant)
    browser = signed_in(represent(need.participant))

    answer = browser.post(f"/needs/{need.id}/together", data={"other": str(other.id), "note": "同じ日にどうですか"})

    assert answer.status_code == 303
    wish = session.scalars(select(JointWish)).one()
    assert (wish.need_id, wish.other_need_id, wish.note) == (need.id, other.id, "同じ日にどうですか")
    assert session.scalars(select(OutboxMail)).one().to_address == theirs.email


def test_a_wish_is_told_once_from_either_side(
    session: Session, wish: JointWish, represent: Represent, signed_in: Browse
) -> None:
    browser = signed_in(represent(wish.other_need.participant))

    answer = browser.post(f"/needs/{wish.other_need.id}/together", data={"other": str(wish.need.id)})

    assert answer.status_code == 409
    assert session.scalars(select(JointWish)).all() == [wish]


def test_nobody_asks_the_whole_town(
    need: Need, represent: Represent, signed_in: Browse, make_app: Callable[..., Flask]
) -> None:
    with signed_in(represent(need.participant)).session_transaction() as cookie:
        kept = dict(cookie)
    client = make_app(rate_limits=True).test_client()
    with client.session_transaction() as cookie:
        cookie.update(kept)

    answers = [client.post(f"/needs/{need.id}/together", data={"other": str(uuid4())}).status_code for _ in range(21)]

    assert (answers[0], answers[-1]) == (404, 429)


def test_a_need_that_cannot_be_seen_cannot_be_asked(
    session: Session, need: Need, town: Area, represent: Represent, signed_in: Browse
) -> None:
    draft = make_need(participant=make_participant(area=town), status=NeedStatus.DRAFT)
    session.add(draft)
    browser = signed_in(represent(need.participant))

    assert browser.post(f"/needs/{need.id}/together", data={"other": str(draft.id)}).status_code == 404


def test_a_note_that_is_too_long_stays_typed(
    need: Need, other: Need, represent: Represent, signed_in: Browse, session: Session
) -> None:
    browser = signed_in(represent(need.participant))

    answer = browser.post(f"/needs/{need.id}/together", data={"other": str(other.id), "note": "草" * 301})

    assert answer.status_code == 422
    assert session.scalars(select(JointWish)).all() == []


def test_the_other_side_reads_it_and_answers(
    session: Session, wish: JointWish, represent: Represent, signed_in: Browse
) -> None:
    asked_by = represent(wish.need.participant)
    browser = signed_in(represent(wish.other_need.participant))

    page = browser.get(f"/needs/{wish.other_need.id}").text
    browser.post(f"/joint-wishes/{wish.id}", data={"reply": "yes"})

    assert "声がかかっています" in page
    assert wish.reply is Reply.YES
    assert "どちらも希望" in browser.get(f"/needs/{wish.other_need.id}").text
    assert session.scalars(select(OutboxMail)).one().to_address == asked_by.email


def test_the_side_that_asked_does_not_answer_itself(wish: JointWish, represent: Represent, signed_in: Browse) -> None:
    browser = signed_in(represent(wish.need.participant))

    assert browser.post(f"/joint-wishes/{wish.id}", data={"reply": "yes"}).status_code == 404


def test_a_person_who_asks_is_not_named(
    session: Session, town: Area, other: Need, represent: Represent, signed_in: Browse
) -> None:
    resident = make_resident(area=town, name="草野 一郎")
    session.add(JointWish(need=make_need(participant=resident), other_need=other, wished_by=None, wished_at=utc_now()))

    page = signed_in(represent(other.participant)).get(f"/needs/{other.id}").text

    assert "声がかかっています" in page
    assert "草野" not in page


def test_strangers_do_not_read_of_a_wish(wish: JointWish, client: FlaskClient) -> None:
    assert "声がかかっています" not in client.get(f"/needs/{wish.other_need.id}").text


def test_the_coordinator_reads_of_it_on_the_desk(wish: JointWish, coordinator: Account, signed_in: Browse) -> None:
    page = signed_in(coordinator).get(f"/desk/needs/{wish.other_need.id}").text

    assert wish.need.title in page


def test_a_need_is_not_joined_with_itself(need: Need) -> None:
    with pytest.raises(InvalidValue):
        JointWish(need=need, other_need=need, wished_by=None, wished_at=utc_now())


def test_what_is_no_longer_sought_is_not_joined(need: Need, other: Need) -> None:
    other.withdraw()

    with pytest.raises(InvalidValue):
        JointWish(need=need, other_need=other, wished_by=None, wished_at=utc_now())


def test_a_wish_is_answered_once(wish: JointWish) -> None:
    wish.answer(Reply.NO, by=make_account(), at=utc_now())

    with pytest.raises(AlreadyDecided):
        wish.answer(Reply.YES, by=make_account(), at=utc_now())


def test_the_database_knows_a_wish_once(session: Session, wish: JointWish) -> None:
    session.add(JointWish(need=wish.need, other_need=wish.other_need, wished_by=None, wished_at=utc_now()))

    with pytest.raises(IntegrityError):
        session.flush()


def test_what_was_done_for_a_similar_need_is_shown_by_kinds_alone(
    session: Session, town: Area, represent: Represent, signed_in: Browse
) -> None:
    skill, field = make_skill(), make_field()
    past = make_need(
        participant=make_participant(area=town, name="中里自治会"), title="農道の草刈り", slots=[make_slot(skill=skill)]
    )
    past.fields = [field]
    helper = make_offer(participant=make_participant(area=town, name="草野造園"))
    need = make_need(participant=make_participant(area=town), slots=[make_slot(skill=skill)])
    session.add_all([make_partnership(stage=Stage.CLOSED, need=past, offers=[helper]), need])

    page = signed_in(represent(need.participant)).get(f"/needs/{need.id}").text

    assert "農道の草刈り" in page
    assert field.name_ja in page
    assert "草野造園" not in page


def test_the_page_of_a_need_asks_few_questions(
    need: Need,
    wish: JointWish,
    represent: Represent,
    signed_in: Browse,
    count_queries: Callable[[], "object"],
) -> None:
    browser = signed_in(represent(wish.need.participant))

    with count_queries() as queries:  # type: ignore[attr-defined]  # a counter of the fixtures
        assert browser.get(f"/needs/{need.id}").status_code == 200

    assert len(queries.statements) <= 12
