from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models import Job, Partnership, Verdict
from tests.factories import make_account, make_appointment, make_municipality

URL = "/api/v1/suggestions"


def test_a_program_lists_suggestions_with_reasons_and_figures(town: Any, client: FlaskClient) -> None:
    town.look_for_partners()

    answer = client.get(URL, headers=town.bearer()).get_json()

    best = next(item for item in answer["items"] if item["rank"] == 1)
    assert answer["total"] == len(town.suggestions())
    assert set(best["partners"]) == {"三枝 路子", "日和印刷"}
    assert 0 <= best["score"] <= 1
    assert best["reasons"]
    assert "@" not in str(answer)


def test_a_program_reads_one_suggestion(town: Any, client: FlaskClient) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]

    answer = client.get(f"{URL}/{best.id}", headers=town.bearer()).get_json()

    assert (answer["id"], answer["verdict"], answer["version"]) == (str(best.id), "pending", 1)


def test_a_program_is_told_first_that_somebody_only_comes_nearest(town: Any, client: FlaskClient) -> None:
    need = town.add_need_that_nobody_fits()
    town.look_for_partners()

    answer = client.get(f"{URL}/{town.suggestions(need)[0].id}", headers=town.bearer()).get_json()

    assert answer["score"] is None
    assert answer["reasons"][0] == "Nobody is truly near to this need; these come nearest."
    assert not any("Together they cover" in reason for reason in answer["reasons"])


def test_a_program_sees_nothing_of_another_municipality(town: Any, client: FlaskClient) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]
    other = make_appointment(make_municipality(), account=make_account()).account
    town.session.add(other)
    headers = town.bearer(other)

    assert client.get(URL, headers=headers).get_json()["items"] == []
    assert client.get(f"{URL}/{best.id}", headers=headers).status_code == 404
    assert client.post(f"{URL}/{best.id}/approve", json={}, headers=headers).status_code == 404


def test_nobody_lists_suggestions_without_a_token(client: FlaskClient, town: Any) -> None:
    del town

    assert client.get(URL).status_code == 401


def test_a_program_approves(town: Any, client: FlaskClient) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]

    answer = client.post(f"{URL}/{best.id}/approve", json={"version": 1}, headers=town.bearer()).get_json()

    partnership = town.session.scalars(select(Partnership)).one()
    assert (answer["verdict"], answer["partnership_id"]) == ("approved", str(partnership.id))


def test_an_approval_of_another_version_is_a_conflict(town: Any, client: FlaskClient) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]

    answer = client.post(f"{URL}/{best.id}/approve", json={"version": 7}, headers=town.bearer())

    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert town.session.scalar(select(func.count()).select_from(Partnership)) == 0


@pytest.mark.parametrize(
    ("verb", "reason", "verdict"), [("hold", "visit_first", "held"), ("refuse", "too_far", "refused")]
)
def test_a_program_holds_and_refuses_for_coded_reasons(
    town: Any, client: FlaskClient, verb: str, reason: str, verdict: str
) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]

    answer = client.post(f"{URL}/{best.id}/{verb}", json={"reason": reason, "note": "あとで"}, headers=town.bearer())

    assert answer.get_json()["verdict"] == verdict
    assert best.review_note == "あとで"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"reason": "too_far"}, 400), ({}, 422), ({"reason": "visit_first", "verdict": "approved"}, 422)],
)
def test_a_hold_that_is_malformed_changes_nothing(
    town: Any, client: FlaskClient, body: dict[str, str], status: int
) -> None:
    town.look_for_partners()
    best = town.suggestions()[0]

    assert client.post(f"{URL}/{best.id}/hold", json=body, headers=town.bearer()).status_code == status

    assert best.verdict is Verdict.PENDING


def test_a_program_asks_for_a_run(town: Any, client: FlaskClient) -> None:
    answer = client.post("/api/v1/runs", json={"municipality": town.municipality.path}, headers=town.bearer())

    assert answer.status_code == 202
    assert answer.get_json()["job_id"] == str(town.session.scalars(select(Job)).one().id)


def test_a_program_asks_for_no_run_in_foreign_places(town: Any, client: FlaskClient) -> None:
    answer = client.post("/api/v1/runs", json={"municipality": "jp.nowhere"}, headers=town.bearer())

    assert answer.status_code == 404
