from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, ApiToken, Need, NeedStatus, Offer, Participant, utc_now
from tests.factories import make_need, make_offer, make_participant, make_resident, make_skill
from web.security import token_hash

Represent = Callable[[Participant], Account]
Headers = dict[str, str]


@pytest.fixture
def bearer(session: Session) -> Callable[[Account], Headers]:
    """Return a function that gives an account a token for the API."""

    def bearer(account: Account) -> Headers:
        token = uuid4().hex
        later = utc_now() + timedelta(days=1)
        session.add(ApiToken(account=account, name="test", token_hash=token_hash(token), expires_at=later))
        return {"Authorization": f"Bearer {token}"}

    return bearer


def _body(participant: Participant, **changes: Any) -> dict[str, Any]:
    slots = [{"kind": "people", "what": "会場の設営", "quantity": 10, "unit": "人"}]
    return {"participant": str(participant.id), "title": "夏まつり", "slots": slots, "open": True} | changes


def test_open_needs_are_read_without_a_token(client: FlaskClient, session: Session) -> None:
    session.add_all([make_need(title="夏まつり"), make_need(title="下書き", status=NeedStatus.DRAFT)])

    answer = client.get("/api/v1/needs").json

    assert answer is not None
    assert [item["title"] for item in answer["items"]] == ["夏まつり"]
    assert (answer["total"], answer["page"], answer["pages"]) == (1, 1, 1)


def test_offers_ask_for_a_token(client: FlaskClient) -> None:
    response = client.get("/api/v1/offers")

    assert response.status_code == 401
    assert response.content_type == "application/problem+json"


def test_the_list_is_narrowed_and_paged(client: FlaskClient, session: Session) -> None:
    participant = make_participant()
    session.add_all([make_need(participant=participant, title=f"食堂{number}") for number in range(21)])
    session.add(make_need(title="防災"))

    answer = client.get("/api/v1/needs", query_string={"q": "食堂", "kind": "people", "page": 2}).json

    assert answer is not None
    assert (answer["total"], len(answer["items"])) == (21, 1)


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"kind": "dreams"}, {"role": "x"}, {"area": "'; --"}])
def test_what_is_not_known_in_the_address_is_refused(client: FlaskClient, query: dict[str, str]) -> None:
    assert client.get("/api/v1/needs", query_string=query).status_code == 422


def test_the_name_of_a_resident_is_null_for_strangers(client: FlaskClient, session: Session) -> None:
    need = make_need(participant=make_resident(name="日和 太郎"))
    session.add(need)

    response = client.get(f"/api/v1/needs/{need.id}")

    assert response.json is not None
    assert response.json["participant"]["name"] is None
    assert "日和 太郎" not in response.get_data(as_text=True)


def test_absent_and_forbidden_look_the_same(
    client: FlaskClient, session: Session, bearer: Callable[[Account], Headers], represent: Represent
) -> None:
    hidden = make_need(status=NeedStatus.DRAFT)
    session.add(hidden)
    headers = bearer(represent(make_participant()))

    answers = [client.get(f"/api/v1/needs/{row_id}", headers=headers) for row_id in (hidden.id, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data


def test_a_need_is_posted(
    client: FlaskClient, session: Session, bearer: Callable[[Account], Headers], represent: Represent
) -> None:
    session.add(make_skill(code="event"))
    participant = make_participant()
    headers = bearer(represent(participant))
    body = _body(participant, windows=["sat_am"], accepts=["free"], starts_on="2030-08-01")
    body["slots"][0]["skill"] = "event"

    response = client.post("/api/v1/needs", json=body, headers=headers)

    need = session.scalars(select(Need)).one()
    assert response.status_code == 201
    assert response.json is not None
    assert response.json["id"] == str(need.id)
    assert response.json["slots"][0]["skill"] == "event"
    assert need.is_open


def test_an_offer_is_posted(client: FlaskClient, bearer: Callable[[Account], Headers], represent: Represent) -> None:
    participant = make_participant()
    headers = bearer(represent(participant))
    items = [{"kind": "place", "what": "会議室"}]
    body = {"participant": str(participant.id), "title": "会場", "items": items, "reach": "anywhere"}

    response = client.post("/api/v1/offers", json=body, headers=headers)

    assert response.status_code == 201
    assert response.json is not None
    assert response.json["items"][0]["quantity"] is None
    assert response.json["status"] == "draft"
    assert client.get(f"/api/v1/offers/{response.json['id']}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "あ" * 121},
        {"title": "\ud800"},
        {"status": "filled"},
        {"import_key": "x"},
        {"slots": []},
        {"slots": [{"kind": "people", "what": "手", "quantity": 0}]},
        {"slots": [{"kind": "people", "what": "手", "quantity": 10**30}]},
        {"slots": [{"kind": "people", "what": "手", "promised": 1}]},
        {"slots": [{"kind": "people", "what": "手", "hours_per_month": "NaN"}]},
        {"slots": [{"kind": "people", "what": "手"}] * 7},
        {"starts_on": "2030-05-02", "ends_on": "2030-05-01"},
        {"windows": ["midnight"]},
        {"participant": "nobody"},
    ],
)
def test_malformed_bodies_are_refused(
    client: FlaskClient,
    session: Session,
    bearer: Callable[[Account], Headers],
    represent: Represent,
    changes: dict[str, Any],
) -> None:
    participant = make_participant()
    headers = bearer(represent(participant))

    response = client.post("/api/v1/needs", json=_body(participant) | changes, headers=headers)

    assert response.status_code in {400, 422}
    assert session.scalar(select(func.count()).select_from(Need)) == 0


@pytest.mark.parametrize("changes", [{"area": "jp.nowhere"}, {"fields": ["dreams"]}])
def test_names_of_what_does_not_exist_are_refused(
    client: FlaskClient,
    bearer: Callable[[Account], Headers],
    represent: Represent,
    changes: dict[str, Any],
) -> None:
    participant = make_participant()
    headers = bearer(represent(participant))

    assert client.post("/api/v1/needs", json=_body(participant) | changes, headers=headers).status_code == 400


def test_nobody_posts_for_a_participant_of_others(
    client: FlaskClient, session: Session, bearer: Callable[[Account], Headers], represent: Represent
) -> None:
    foreign = make_participant()
    session.add(foreign)
    headers = bearer(represent(make_participant()))

    for participant in (foreign.id, uuid4()):
        body = _body(foreign) | {"participant": str(participant)}
        assert client.post("/api/v1/needs", json=body, headers=headers).status_code == 403


def test_the_same_key_has_one_effect(
    client: FlaskClient, session: Session, bearer: Callable[[Account], Headers], represent: Represent
) -> None:
    participant = make_participant()
    headers = bearer(represent(participant)) | {"Idempotency-Key": "once"}

    answers = [client.post("/api/v1/needs", json=_body(participant), headers=headers) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert session.scalar(select(func.count()).select_from(Need)) == 1


def test_offers_of_residents_stay_with_their_coordinator(
    client: FlaskClient,
    session: Session,
    bearer: Callable[[Account], Headers],
    represent: Represent,
    coordinator: Account,
) -> None:
    town = coordinator.appointments[0].area
    offer = make_offer(participant=make_resident(area=town))
    session.add(offer)

    stranger = client.get("/api/v1/offers", headers=bearer(represent(make_participant()))).json
    seen = client.get("/api/v1/offers", headers=bearer(coordinator)).json

    assert stranger is not None
    assert seen is not None
    assert (stranger["total"], seen["total"]) == (0, 1)
    assert session.scalar(select(func.count()).select_from(Offer)) == 1
