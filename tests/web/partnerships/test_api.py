from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, ApiToken, Job, Partnership, Reply, Stage, utc_now
from tests.factories import make_appointment, make_municipality
from web.security import SESSION_LASTS, token_hash


def bearer(town: Any, account: Account) -> dict[str, str]:
    token = uuid4().hex
    town.session.add(
        ApiToken(account=account, name="試験", token_hash=token_hash(token), expires_at=utc_now() + SESSION_LASTS)
    )
    town.session.commit()
    return {"Authorization": f"Bearer {token}"}


def test_a_program_lists_the_partnerships_of_its_account(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()

    answer = client.get("/api/v1/partnerships", headers=bearer(town, town.person)).get_json()

    assert [found["id"] for found in answer["partnerships"]] == [str(partnership.id)]
    assert answer["partnerships"][0]["enquiries_to_answer"] == [str(partnership.parties[2].enquiry.id)]


def test_a_program_reads_one_partnership_without_contact_details(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()

    answer = client.get(f"/api/v1/partnerships/{partnership.id}", headers=bearer(town, town.chair)).get_json()

    assert [party["contact"] is None for party in answer["parties"]] == [False, True, True]
    assert answer["stage"] == "proposed"


def test_a_program_answers_yes(town: Any, client: FlaskClient) -> None:
    enquiry = town.propose().parties[2].enquiry

    answer = client.post(
        f"/api/v1/enquiries/{enquiry.id}/answer", json={"reply": "yes"}, headers=bearer(town, town.person)
    )

    assert (answer.status_code, answer.get_json()["reply"]) == (200, "yes")
    assert enquiry.reply is Reply.YES


def test_a_program_answers_no_with_a_reason(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()

    answer = client.post(
        f"/api/v1/enquiries/{partnership.parties[2].enquiry.id}/answer",
        json={"reply": "no", "reason": "no_time", "note": "忙しい"},
        headers=bearer(town, town.person),
    )

    assert answer.status_code == 200
    assert partnership.stage is Stage.DECLINED


def test_a_no_without_a_reason_is_malformed(town: Any, client: FlaskClient) -> None:
    enquiry = town.propose().parties[2].enquiry

    answer = client.post(
        f"/api/v1/enquiries/{enquiry.id}/answer", json={"reply": "no"}, headers=bearer(town, town.person)
    )

    assert answer.status_code == 422


def test_an_unknown_reason_or_field_changes_nothing(town: Any, client: FlaskClient) -> None:
    partnership, headers = town.propose(), bearer(town, town.person)
    url = f"/api/v1/enquiries/{partnership.parties[2].enquiry.id}/answer"

    statuses = [
        client.post(url, json=body, headers=headers).status_code
        for body in ({"reply": "no", "reason": "nonsense"}, {"reply": "yes", "stage": "closed"})
    ]

    assert statuses == [400, 422]
    assert partnership.stage is Stage.PROPOSED


def test_a_second_answer_conflicts(town: Any, client: FlaskClient) -> None:
    enquiry, headers = town.propose().parties[2].enquiry, bearer(town, town.person)
    client.post(f"/api/v1/enquiries/{enquiry.id}/answer", json={"reply": "yes"}, headers=headers)

    answer = client.post(
        f"/api/v1/enquiries/{enquiry.id}/answer", json={"reply": "no", "reason": "no_time"}, headers=headers
    )

    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")


def test_a_program_of_another_municipality_finds_nothing(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    elsewhere = make_appointment(make_municipality(name="隣市"))
    town.session.add(elsewhere)
    headers = bearer(town, elsewhere.account)

    urls = (f"/api/v1/partnerships/{partnership.id}", f"/api/v1/enquiries/{partnership.parties[2].enquiry.id}")

    assert [client.get(url, headers=headers).status_code for url in urls] == [404, 404]
    assert client.get("/api/v1/partnerships", headers=headers).get_json()["partnerships"] == []


def test_nobody_answers_without_a_token(town: Any, client: FlaskClient) -> None:
    enquiry = town.propose().parties[2].enquiry

    answer = client.post(f"/api/v1/enquiries/{enquiry.id}/answer", json={"reply": "yes"})

    assert answer.status_code == 401
    assert town.session.scalars(select(Job)).all() == []
    assert town.session.get_one(Partnership, enquiry.party.partnership_id).stage is Stage.PROPOSED
