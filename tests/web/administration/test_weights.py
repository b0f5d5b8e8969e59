"""Weights of the engine: proposed, previewed, switched on by a person, taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from matching import Weights
from matching.learning import Proposal, Standing
from models import (
    Account,
    Job,
    JobKind,
    JobState,
    MatchingRun,
    Participant,
    Role,
    WeightPreview,
    WeightSet,
)
from models.errors import InvalidValue
from tests.factories import (
    make_account,
    make_appointment,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_suggestion,
)
from tests.factories.suggestions import NOON
from tests.matching.test_preview import suggested
from web.administration.services import weights as services

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database decides."""

SignedIn = Callable[[Account], FlaskClient]
MOST_QUERIES = 12
BY_PLACE = dict.fromkeys(Weights().as_mapping(), "0") | {"area": "100", "reason": "近さを重く見る"}


@pytest.fixture
def browser(town: Any, signed_in: SignedIn) -> FlaskClient:
    return signed_in(town.administrator)


@pytest.fixture
def first(town: Any) -> WeightSet:
    """Return the weights that count."""
    weights = WeightSet(number=1, weights=dict(Weights().as_mapping()), is_active=True)
    town.session.add(weights)
    town.session.commit()
    return weights


@pytest.fixture
def near(town: Any) -> Participant:
    """Return a resident who lives near, and whose suggestion stands second."""
    able, near = make_participant(name="できる会", area=town.south), make_resident(name="近野 近", area=town.north)
    need = make_need(title="会計の手伝い", participant=make_participant(area=town.north))
    run = MatchingRun(municipality=town.municipality, weight_set=WeightSet(number=900, weights={}), started_at=NOON)
    run.publish(needs=1, offers=2, at=NOON)
    values = ((able, suggested("able", skill=1.0, area=0.1)), (near, suggested("near", skill=0.6, area=1.0)))
    for rank, (owner, snapshot) in enumerate(values, start=1):
        suggestion = make_suggestion(need=need, offers=[make_offer(participant=owner)], run=run, rank=rank)
        suggestion.snapshot = snapshot
        town.session.add(suggestion)
    town.session.commit()
    return near


def proposed(town: Any) -> WeightSet:
    found: WeightSet = town.session.scalars(select(WeightSet).where(WeightSet.number == 901)).one()
    return found


def work(app: Flask, town: Any) -> None:
    """Do what waits, as a worker does."""
    town.session.commit()
    for job in town.session.scalars(select(Job.id).where(Job.state == JobState.QUEUED)).all():
        app.extensions["worker"].run_job(job)
    town.session.expire_all()


def use(browser: FlaskClient, weights: WeightSet, instead_of: int) -> Any:
    return browser.post(f"/administration/weights/{weights.id}/use", data={"instead_of": str(instead_of)})


@pytest.mark.parametrize("weights", [{"skill": 0.9}, {"skill": 1.5, "area": -0.5}, {}])
def test_weights_are_not_negative_and_add_up_to_one(weights: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        WeightSet.propose(2, weights, reason=None, by=None)


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "words"),
    [({"area": "95"}, "合計が95点です"), ({"area": "なし"}, "数字で書いて"), ({"reason": ""}, "理由を書いて")],
)
@pytest.mark.usefixtures("first")
def test_what_is_no_proposal_is_said_and_nothing_typed_is_lost(
    town: Any, browser: FlaskClient, fields: dict[str, str], words: str
) -> None:
    answer = browser.post("/administration/weights/new", data=BY_PLACE | fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert town.session.scalars(select(WeightSet.number)).all() == [1]


@pytest.mark.usefixtures("first", "near")
def test_a_proposal_counts_for_nothing_and_is_previewed(town: Any, browser: FlaskClient, app: Flask) -> None:
    answer = browser.post("/administration/weights/new", data=BY_PLACE | {"area": "１００"})
    assert answer.status_code == 303
    assert not proposed(town).is_active
    assert "変わるところを計算しています" in browser.get(answer.location).text

    work(app, town)

    page = browser.get(answer.location).text
    assert "1件の困りごとで、いちばん上の候補が入れ替わります" in page
    assert "会計の手伝い" in page
    assert town.session.scalars(select(Job.state)).all() == [JobState.DONE]


@ON_SQLITE
@pytest.mark.usefixtures("first")
def test_only_a_coordinator_of_the_need_reads_who_would_come_and_go(
    town: Any, browser: FlaskClient, app: Flask, near: Participant
) -> None:
    location = browser.post("/administration/weights/new", data=BY_PLACE).location
    work(app, town)
    page = browser.get(location).text
    assert near.name not in page
    assert "できる会" not in page
    assert "住民" in page or "個人" in page

    town.session.add(make_appointment(town.municipality, account=town.administrator))
    page = browser.get(location).text

    assert near.name in page
    assert "できる会" in page


@ON_SQLITE
@pytest.mark.usefixtures("first", "near")
def test_the_page_of_a_preview_asks_a_fixed_number_of_times(
    town: Any, browser: FlaskClient, app: Flask, engine: Engine
) -> None:
    location = browser.post("/administration/weights/new", data=BY_PLACE).location
    work(app, town)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    assert "会計の手伝い" in browser.get(location).text
    assert len([statement for statement in asked if statement.lstrip().startswith("SELECT")]) <= MOST_QUERIES


@pytest.mark.usefixtures("near")
def test_switching_on_changes_what_counts_and_looks_for_partners_anew(
    town: Any, browser: FlaskClient, first: WeightSet
) -> None:
    other = services.propose(town.session, {"skill": 0.5, "area": 0.5}, reason="近さ", by=town.administrator)

    answer = use(browser, other, first.number)

    assert answer.status_code == 303
    assert town.session.scalars(select(WeightSet.number).where(WeightSet.is_active)).all() == [other.number]
    assert town.session.scalars(select(Job.kind)).all() == [JobKind.REFRESH_SUGGESTIONS]


def test_one_button_goes_back(town: Any, browser: FlaskClient, first: WeightSet) -> None:
    other = services.propose(town.session, {"skill": 1.0}, reason="技能だけ", by=town.administrator)
    use(browser, other, first.number)

    use(browser, first, other.number)

    assert town.session.scalars(select(WeightSet.number).where(WeightSet.is_active)).all() == [first.number]


@ON_SQLITE
def test_weights_compared_with_what_no_longer_counts_are_not_switched_on(
    town: Any, browser: FlaskClient, first: WeightSet
) -> None:
    other = services.propose(town.session, {"skill": 1.0}, reason="技能だけ", by=town.administrator)

    assert use(browser, other, first.number + 7).status_code == 409
    assert first.is_active


@ON_SQLITE
def test_who_is_not_the_only_administrator_proposes_and_does_not_switch(
    town: Any, browser: FlaskClient, first: WeightSet
) -> None:
    town.session.add(make_appointment(make_municipality(name="月見町"), role=Role.ADMINISTRATOR))
    other = services.propose(town.session, {"skill": 1.0}, reason="技能だけ", by=town.administrator)

    assert use(browser, other, first.number).status_code == 403
    assert "都道府県か国の管理者が行います" in browser.get(f"/administration/weights/{other.id}").text
    assert first.is_active


@ON_SQLITE
def test_an_administrator_of_the_whole_switches(town: Any, signed_in: SignedIn, first: WeightSet) -> None:
    whole = make_account()
    prefecture = town.municipality.parent
    town.session.add(make_appointment(prefecture, account=whole, role=Role.ADMINISTRATOR))
    other = services.propose(town.session, {"skill": 1.0}, reason="技能だけ", by=whole)

    assert use(signed_in(whole), other, first.number).status_code == 303


def test_a_command_switches_and_switches_back(town: Any, app: Flask, first: WeightSet) -> None:
    other = services.propose(town.session, {"skill": 1.0}, reason="技能だけ", by=None)
    town.session.commit()
    runner = app.test_cli_runner()

    runner.invoke(args=["weights", "use", str(other.number)], catch_exceptions=False)
    town.session.commit()
    town.session.expire_all()
    assert other.is_active

    town.session.commit()
    runner.invoke(args=["weights", "use", "1"], catch_exceptions=False)
    town.session.expire_all()
    assert first.is_active
    assert "*   1  skill 0.30" in runner.invoke(args=["weights", "list"], catch_exceptions=False).output


@ON_SQLITE
@pytest.mark.usefixtures("first")
def test_a_command_refuses_weights_that_do_not_exist(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["weights", "use", "9"]).exit_code == 2


@pytest.mark.usefixtures("first")
def test_a_preview_that_is_being_reckoned_is_not_asked_for_twice(town: Any, near: Participant) -> None:
    del near
    other = services.propose(town.session, {"skill": 1.0}, reason="技能だけ", by=None)
    for _time in range(2):
        services.request_preview(town.session, other, town.municipality, by=town.administrator)
        town.session.flush()

    assert len(town.session.scalars(select(Job)).all()) == 1
    assert len(town.session.scalars(select(WeightPreview)).all()) == 1


@ON_SQLITE
@pytest.mark.usefixtures("first")
def test_too_few_decisions_teach_nothing_and_the_page_says_so(town: Any, browser: FlaskClient, app: Flask) -> None:
    browser.post("/administration/weights/learn")
    assert "調べています" in browser.get("/administration/weights").text

    work(app, town)

    assert "判断の数がまだ足りません（30件のうち0件）" in browser.get("/administration/weights").text
    assert town.session.scalars(select(WeightSet.number)).all() == [1]


@ON_SQLITE
def test_what_the_decisions_speak_for_is_written_down_and_not_switched_on(town: Any, first: WeightSet) -> None:
    job = services.request_learning(town.session, by=town.administrator)
    present = Weights()
    better = Weights(version=2, skill=0.2, area=0.25)
    proposal = Proposal(Standing.BETTER, present, better, 36, 18, present_auc=0.7, proposed_auc=0.8, noise=0.05)

    services.note(town.session, job, proposal)
    town.session.commit()

    learnt = town.session.scalars(select(WeightSet).where(WeightSet.number == job.arguments["number"])).one()
    assert learnt.weights["area"] == 0.25
    assert learnt.proposed_by is town.administrator
    assert [learnt.is_active, first.is_active] == [False, True]


@ON_SQLITE
def test_what_is_no_better_is_not_written_down(town: Any, first: WeightSet) -> None:
    job = services.request_learning(town.session, by=town.administrator)

    services.note(town.session, job, Proposal(Standing.NO_BETTER, Weights(), None, 36, 18))

    assert "number" not in job.arguments
    assert town.session.scalars(select(WeightSet)).all() == [first]
