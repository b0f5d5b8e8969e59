"""Skills in other spellings are understood, and near misses are only asked about."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Participant, Slot
from tests.factories import make_item, make_need, make_offer, make_participant, make_skill, make_slot

Browse = Callable[[Account], FlaskClient]
Represent = Callable[[Participant], Account]

TYPED = {"title": "引っ越し", "slots-0-kind": "people", "slots-0-what": "荷物を運ぶ", "slots-0-quantity": "2"}


@pytest.fixture(autouse=True)
def skills(session: Session) -> None:
    session.add_all(
        [
            make_skill(code="moving", name="引越し", aliases=("荷造り",)),
            make_skill(code="reading", name="読み聞かせ", aliases=("紙芝居",)),
        ]
    )


@pytest.mark.parametrize("typed", ["ひっこし", "引っ越し", "お引越し", "ヒッコシ"])
def test_a_skill_is_understood_in_another_spelling(
    session: Session, signed_in: Browse, represent: Represent, typed: str
) -> None:
    signed_in(represent(make_participant())).post("/needs/new", data=TYPED | {"slots-0-skill": typed})

    skill = session.scalars(select(Slot)).one().skill
    assert skill is not None
    assert skill.code == "moving"


def test_a_near_miss_is_refused_with_what_was_perhaps_meant(
    session: Session, signed_in: Browse, represent: Represent
) -> None:
    browser = signed_in(represent(make_participant()))

    answer = browser.post("/needs/new", data=TYPED | {"slots-0-skill": "読み聞かせ会"})

    assert answer.status_code == 422
    assert "もしかして：「読み聞かせ」" in answer.text
    assert session.scalars(select(Slot)).all() == []


def test_what_is_like_no_skill_gets_no_guess(signed_in: Browse, represent: Represent) -> None:
    browser = signed_in(represent(make_participant()))

    answer = browser.post("/needs/new", data=TYPED | {"slots-0-skill": "空を飛ぶこと"})

    assert "もしかして" not in answer.text


@pytest.mark.parametrize("kind", ["needs", "offers"])
def test_the_page_asks_those_who_may_edit_whether_they_meant_a_skill(
    session: Session, signed_in: Browse, represent: Represent, client: FlaskClient, kind: str
) -> None:
    row = (
        make_need(slots=[make_slot(what="読み聞かせ会")])
        if kind == "needs"
        else make_offer(items=[make_item(what="読み聞かせ会")])
    )
    session.add(row)
    session.flush()
    url = f"/{kind}/{row.id}"

    assert "もしかして：「読み聞かせ」" in signed_in(represent(row.participant)).get(url).text
    assert "もしかして" not in client.get(url).text


def test_the_very_name_of_a_skill_is_not_asked_about(session: Session, signed_in: Browse, represent: Represent) -> None:
    need = make_need(slots=[make_slot(what="よみきかせ")])
    session.add(need)
    session.flush()

    assert "もしかして" not in signed_in(represent(need.participant)).get(f"/needs/{need.id}").text
