import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models import Job, JobKind, JobState, MatchingRun, Suggestion, SuggestionPartner, utc_now
from tests.factories import make_item, make_need, make_offer, make_participant, make_resident, make_slot


@pytest.fixture
def run(app: Flask, town: Any) -> Any:
    runner = app.test_cli_runner()

    def invoke(*arguments: str) -> Any:
        town.session.commit()
        result = runner.invoke(args=["suggestions", *arguments])
        town.session.expire_all()
        return result

    return invoke


def test_refresh_looks_for_partners_wherever_needs_are_open(town: Any, run: Any) -> None:
    elsewhere = make_need(slots=[make_slot(skill=town.newsletter)])
    helper = make_resident(area=elsewhere.participant.area)
    town.session.add_all([elsewhere, make_offer(participant=helper, items=[make_item(skill=town.newsletter)])])

    result = run("refresh")

    assert result.exit_code == 0
    assert town.session.scalar(select(func.count()).select_from(MatchingRun)) == 2
    assert town.suggestions()
    assert town.suggestions(elsewhere)


def test_refresh_can_be_for_one_municipality(town: Any, run: Any) -> None:
    town.session.add(make_need())

    run("refresh", "--municipality", town.municipality.path)

    assert town.session.scalars(select(MatchingRun)).one().municipality is town.municipality


def test_refresh_refuses_an_unknown_place(run: Any) -> None:
    assert run("refresh", "--municipality", "jp.nowhere").exit_code == 2


def test_refresh_says_when_somebody_is_at_it_already(town: Any, run: Any) -> None:
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=town.municipality)
    job.start(at=utc_now())
    town.session.add(job)

    result = run("refresh")

    assert result.exit_code == 1
    assert "already" in result.output


def test_refresh_takes_over_from_a_process_that_was_killed(town: Any, run: Any) -> None:
    job = Job(kind=JobKind.REFRESH_SUGGESTIONS, municipality=town.municipality)
    job.start(at=town.need.opened_at)
    town.session.add(job)

    assert run("refresh").exit_code == 0

    assert job.state is JobState.QUEUED
    assert town.suggestions()


def test_list_prints_one_object_a_suggestion(town: Any, run: Any) -> None:
    town.look_for_partners()

    listed = json.loads(run("list", "--json", "--lang", "en").stdout)

    assert len(listed) == len(town.suggestions())
    assert listed[0] | {"id": None, "score": None, "confidence": None, "reasons": None} == {
        "id": None,
        "need": "広報紙を読みやすくしたい",
        "need_id": str(town.need.id),
        "municipality": "Hiyori City",
        "rank": 1,
        "partners": listed[0]["partners"],
        "score": None,
        "confidence": None,
        "open_slots": [],
        "reasons": None,
        "verdict": "pending",
    }
    assert set(listed[0]["partners"]) == {"三枝 路子", "日和印刷"}
    assert "Together they cover 2 of 2 things that are lacking." in listed[0]["reasons"]


def test_list_names_the_slots_that_stay_open(town: Any, run: Any) -> None:
    town.printing_offer.withdraw()
    town.look_for_partners()

    assert json.loads(run("list", "--json").stdout)[0]["open_slots"] == ["会報の印刷"]


def test_list_without_json_is_a_table(town: Any, run: Any) -> None:
    town.look_for_partners()

    assert "広報紙を読みやすくしたい" in run("list", "--need", str(town.need.id)).stdout
    assert run("list", "--need", "ほかの困りごと").stdout == ""


def test_list_says_why_there_is_no_figure(town: Any, run: Any) -> None:
    need = town.add_need_that_nobody_fits()
    town.look_for_partners()

    listed = run("list", "--need", str(need.id), "--lang", "en").stdout

    assert "—  夜空の会  Nobody is truly near to this need; these come nearest." in listed


def test_explain_says_first_that_an_offer_only_comes_nearest(town: Any, run: Any) -> None:
    need = town.add_need_that_nobody_fits()
    town.look_for_partners()

    lines = run("explain", str(need.id), "夜空の会", "--lang", "en").stdout.splitlines()

    assert lines[1] == "Nobody is truly near to this need; these come nearest."
    assert not any(line.startswith(("+", "-")) for line in lines)


def test_explain_says_that_an_offer_gives_nothing_near_to_what_is_lacking(town: Any, run: Any) -> None:
    town.session.add(make_offer(participant=town.company, title="桜を守ります", items=[make_item(what="桜の手入れ")]))
    town.session.commit()
    town.look_for_partners()

    lines = run("explain", str(town.need.id), "桜を守ります", "--lang", "en").stdout.splitlines()

    assert lines[1] == "Nothing forbids it, but it gives nothing near to what is lacking."
    assert not any(line.startswith("Fits") for line in lines)


def test_explain_says_which_gate_a_pair_fails(town: Any, run: Any) -> None:
    town.printing_offer.set_engagement_limit(0)

    result = run("explain", str(town.need.id), "日和印刷", "--lang", "en")

    assert "× They take no more engagements now: 0 of 0." in result.stdout


def test_explain_says_what_a_score_is_made_of(town: Any, run: Any) -> None:
    result = run("explain", town.need.title, "印刷します", "--lang", "en")

    assert "What is lacking and what is given" in result.stdout
    assert "they give just that" in result.stdout


def test_explain_knows_a_need_by_a_part_of_its_title(run: Any) -> None:
    assert run("explain", "読みやすく", "印刷し").exit_code == 0


def test_explain_takes_every_offer_of_a_body(town: Any, run: Any) -> None:
    town.session.add(make_offer(participant=town.company, title="紙を分けます"))

    result = run("explain", str(town.need.id), "日和印刷")

    assert "印刷します" in result.stdout
    assert "紙を分けます" in result.stdout


@pytest.mark.parametrize("offer", ["だれも知らない", "手伝います"])
def test_explain_refuses_what_is_unknown_or_ambiguous(town: Any, run: Any, offer: str) -> None:
    town.session.add_all(make_offer(participant=make_participant(), title="手伝います") for _ in range(2))

    assert run("explain", str(town.need.id), offer).exit_code == 1


def test_replay_finds_every_suggestion_equal(town: Any, run: Any) -> None:
    town.look_for_partners()

    for name in ("latest", str(town.published_run().id)):
        result = run("replay", name)
        assert result.exit_code == 0
        assert "0 different" in result.stdout


@pytest.mark.parametrize("column", ["score", "value", "rank"])
def test_replay_finds_a_suggestion_that_was_tampered_with(town: Any, run: Any, column: str) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]
    changed = {"score": 0.123, "value": 0.123, "rank": 99}[column]
    town.session.execute(update(Suggestion).where(Suggestion.id == best.id).values({column: changed}))

    result = run("replay", "latest")

    assert result.exit_code == 1
    assert str(best.id) in result.stdout


@pytest.mark.parametrize("column", ["score", "confidence", "parts"])
def test_replay_finds_a_partner_whose_figures_were_tampered_with(town: Any, run: Any, column: str) -> None:
    town.look_for_partners()
    of_best = SuggestionPartner.suggestion_id == town.suggestions()[0].id
    partner = town.session.scalars(select(SuggestionPartner).where(of_best)).first()
    setattr(partner, column, {"skill": 0.9} if column == "parts" else 0.61)
    town.session.commit()

    assert run("replay", "latest").exit_code == 1


def test_explain_says_that_a_team_with_an_offer_was_refused(town: Any, run: Any) -> None:
    town.look_for_partners()
    for suggestion in town.suggestions():
        suggestion.refuse(town.refuse_reason, note="", by=town.coordinator, at=utc_now())
    town.session.commit()

    lines = run("explain", str(town.need.id), town.writing_offer.title, "--lang", "en").stdout.splitlines()

    assert lines[1] == "A team with it was refused for this need."


def test_replay_tells_what_was_erased_apart_from_what_differs(town: Any, run: Any) -> None:
    town.look_for_partners()
    first, second = town.suggestions()[:2]
    first.snapshot = {}
    second.snapshot = second.snapshot | {"format": 0}

    result = run("replay", "latest")

    assert result.exit_code == 1
    assert "1 different, 1 erased" in result.stdout


def test_replay_refuses_an_unknown_run(run: Any) -> None:
    assert run("replay", "nonsense").exit_code == 1
