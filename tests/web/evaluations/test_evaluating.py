"""Each party looks back once; what is missing is named, and who has no account is written down for."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, ConsentChannel, Evaluation, NewsKind, Notice, PrincipleChoice, PrincipleSet, Stage
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, NotAllowed
from models.principles import Principle
from tests.factories import make_account, make_appointment, make_municipality
from tests.web.evaluations.conftest import DAY_AFTER, LAST_MOMENT, MONDAY_NOON
from web.evaluations import queries

SignedIn = Callable[[Account], FlaskClient]


def given(town: Any) -> list[Evaluation]:
    return list(town.session.scalars(select(Evaluation)))


def test_a_party_says_how_it_was_and_what_it_cannot_judge_is_left_out(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.chair).post(f"{town.page}/evaluation", data=town.typed)

    assert (answer.status_code, answer.location) == (303, f"{town.page}/results")
    (evaluation,) = given(town)
    assert evaluation.party_id == town.parties[0].id
    assert evaluation.principles == {"equality": 4}
    assert evaluation.merits == {"needs_met": 3, "new_structure": 2, "synergy": 1}
    assert (evaluation.helped, evaluation.channel) == ("毎週の電話", ConsentChannel.WEB)


def test_the_form_says_before_that_the_answer_cannot_be_changed(town: Any, signed_in: SignedIn) -> None:
    page = signed_in(town.manager).get(f"{town.page}/evaluation").text

    assert "cannot change it afterwards" in page
    assert "Nobody else reads it until all have answered" in page


@pytest.mark.parametrize("missing", ["goal", "again", "principle_openness", "merit_synergy"])
def test_what_is_missing_is_named_and_nothing_typed_is_lost(town: Any, signed_in: SignedIn, missing: str) -> None:
    typed = {name: value for name, value in town.typed.items() if name != missing}

    answer = signed_in(town.chair).post(f"{town.page}/evaluation", data=typed)

    assert answer.status_code == 422
    assert f'href="#{missing}"' in answer.text
    assert "毎週の電話" in answer.text
    assert given(town) == []


@pytest.mark.parametrize("odd", [{"principle_equality": "5"}, {"goal": "perhaps"}, {"helped": "あ" * 2001}])
def test_what_cannot_be_is_refused(town: Any, signed_in: SignedIn, odd: dict[str, str]) -> None:
    answer = signed_in(town.chair).post(f"{town.page}/evaluation", data=town.typed | odd)

    assert answer.status_code == 422
    assert given(town) == []


def test_an_answer_can_be_read_again_by_its_party_but_is_given_once(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.chair)
    browser.post(f"{town.page}/evaluation", data=town.typed)

    again = browser.post(f"{town.page}/evaluation", data=town.typed | {"goal": "no"})
    page = browser.get(f"{town.page}/evaluation").text

    assert again.status_code == 409
    assert "毎週の電話" in page
    assert "<form class=" not in page.split("</header>")[1]
    assert [one.goal for one in given(town)] == ["partly"]


def test_one_form_sent_twice_is_one_answer(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.chair)

    answers = [browser.post(f"{town.page}/evaluation", data=town.typed | {"_once": "k"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(given(town)) == 1


def test_a_coordinator_writes_down_what_a_party_without_an_account_said(town: Any, signed_in: SignedIn) -> None:
    browser, resident = signed_in(town.coordinator), town.parties[2]

    form = browser.get(f"{town.page}/evaluation?party={resident.id}")
    answer = browser.post(f"{town.page}/evaluation?party={resident.id}", data=town.typed | {"channel": "telephone"})

    assert (form.status_code, answer.status_code) == (200, 303)
    (evaluation,) = given(town)
    assert (evaluation.party_id, evaluation.channel) == (resident.id, ConsentChannel.TELEPHONE)
    assert evaluation.given_by_id == town.coordinator.id


def test_the_way_is_named_and_is_not_this_site(town: Any, signed_in: SignedIn) -> None:
    browser, where = signed_in(town.coordinator), f"{town.page}/evaluation?party={town.parties[2].id}"

    assert browser.post(where, data=town.typed | {"channel": "web"}).status_code == 422
    assert given(town) == []


def test_nobody_writes_down_for_a_party_with_an_account(town: Any, signed_in: SignedIn) -> None:
    where = f"{town.page}/evaluation?party={town.parties[1].id}"

    assert signed_in(town.coordinator).get(where).status_code == 404
    assert signed_in(town.chair).post(where, data=town.typed).status_code == 404
    for by in (town.chair, town.coordinator):
        with pytest.raises(NotAllowed):
            town.evaluate(town.parties[1], by)
        town.session.rollback()


@pytest.mark.parametrize("party", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_party_that_is_none_is_not_found(town: Any, signed_in: SignedIn, party: str) -> None:
    assert signed_in(town.coordinator).get(f"{town.page}/evaluation?party={party}").status_code == 404


def test_strangers_find_nothing(town: Any, signed_in: SignedIn, client: FlaskClient) -> None:
    stranger = make_account()
    town.session.add(make_appointment(make_municipality(), account=stranger))

    for path in ("evaluation", "results", "survey-paper", "outside-view", "survey-code.svg"):
        assert signed_in(stranger).get(f"{town.page}/{path}").status_code == 404
        assert "/sign-in" in client.get(f"{town.page}/{path}").location


def test_a_party_that_left_says_nothing_any_longer(town: Any, signed_in: SignedIn) -> None:
    town.partnership.leave(town.parties[1], at=MONDAY_NOON)

    assert signed_in(town.manager).post(f"{town.page}/evaluation", data=town.typed).status_code == 404
    with pytest.raises(NotAllowed):
        town.evaluate(town.parties[1], town.manager)


def test_nobody_answers_before_it_begins(town: Any, signed_in: SignedIn) -> None:
    town.partnership.stage = Stage.RUNNING
    browser = signed_in(town.chair)

    assert browser.get(f"{town.page}/evaluation").status_code == 303
    assert browser.post(f"{town.page}/evaluation", data=town.typed).status_code == 409
    with pytest.raises(IllegalMove):
        town.evaluate(town.parties[0], town.chair)


def test_the_last_day_is_one_to_answer_and_the_day_after_is_not(
    town: Any, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENISHI_NOW", DAY_AFTER)
    assert signed_in(town.chair).post(f"{town.page}/evaluation", data=town.typed).status_code == 409
    assert signed_in(town.chair).get(f"{town.page}/evaluation").status_code == 303

    monkeypatch.setenv("ENISHI_NOW", LAST_MOMENT)
    assert signed_in(town.chair).post(f"{town.page}/evaluation", data=town.typed).status_code == 303
    assert len(given(town)) == 1


def test_grades_name_what_is_asked_and_lie_between_one_and_four(town: Any) -> None:
    for odd in ({"principles": {"unheard": 3}}, {"principles": {"equality": 0}}, {"merits": {"synergy": 5}}):
        with pytest.raises(InvalidValue):
            town.evaluate(town.parties[0], town.chair, **odd)
        town.session.rollback()


def test_the_last_answer_tells_the_others_that_all_can_be_read(town: Any) -> None:
    town.evaluate(town.parties[0], town.chair)
    town.partnership.leave(town.parties[2], at=MONDAY_NOON)
    assert town.session.scalars(select(Notice)).all() == []

    town.evaluate(town.parties[1], town.manager)

    told = town.session.scalars(select(Notice)).all()
    assert {(one.kind, one.account_id) for one in told} == {
        (NewsKind.EVALUATIONS_OPENED, town.chair.id),
        (NewsKind.EVALUATIONS_OPENED, town.coordinator.id),
    }


def test_a_second_answer_of_a_party_is_refused(town: Any) -> None:
    town.evaluate(town.parties[0], town.chair)

    with pytest.raises(AlreadyDecided):
        town.evaluate(town.parties[0], town.chair)


def test_the_nine_hold_where_a_municipality_chose_no_other_set(town: Any) -> None:
    municipality = town.partnership.municipality
    assert [one.code for one in queries.principles_of(town.session, municipality)] == ["equality", "openness"]
    three = PrincipleSet(code="three", name_ja="三つ", name_en="Three")
    Principle(code="talk", position=1, name_ja="話し合う", name_en="Talk", gates=[], principle_set=three)
    town.session.add(PrincipleChoice(municipality=municipality, principle_set=three, chosen_at=MONDAY_NOON))

    assert [one.code for one in queries.principles_of(town.session, municipality)] == ["talk"]
    assert [one.code for one in queries.principles_judged(town.session, town.partnership, ["equality"])] == [
        "equality",
        "openness",
    ]
