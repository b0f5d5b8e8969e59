"""What a coordinator enters for somebody else says who said it, and in which way."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    ActKind,
    ActOnBehalf,
    ApiToken,
    Area,
    ConsentChannel,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    utc_now,
)
from tests.factories import make_item, make_need, make_offer, make_participant, make_slot
from web.security import token_hash

Browse = Callable[[Account], FlaskClient]
Represent = Callable[[Participant], Account]
TELEPHONE = {"told-channel": "telephone"}
POSTED: dict[str, dict[str, Any]] = {
    "needs": {"slots": [{"kind": "people", "what": "会場の設営"}]},
    "offers": {"items": [{"kind": "place", "what": "会議室"}]},
}


@pytest.fixture
def neighbours(session: Session, town: Area) -> Participant:
    participant = make_participant(area=town, name="日和町内会")
    participant.contact_name = "町田 花"
    session.add(participant)
    return participant


@pytest.fixture
def need(session: Session, neighbours: Participant) -> Need:
    need = make_need(participant=neighbours, title="草むしり", slots=[make_slot(what="手伝い")])
    session.add(need)
    return need


@pytest.fixture
def post(client: FlaskClient, session: Session) -> Callable[..., Any]:
    """Return a function that posts a need or offer as a program does."""

    def post(account: Account, kind: str, participant: Participant, **more: object) -> Any:
        token = uuid4().hex
        later = utc_now() + timedelta(days=1)
        session.add(ApiToken(account=account, name="test", token_hash=token_hash(token), expires_at=later))
        body = {"participant": str(participant.id), "title": "夏まつり", "open": True} | POSTED[kind] | more
        return client.post(f"/api/v1/{kind}", json=body, headers={"Authorization": f"Bearer {token}"})

    return post


def _acts(session: Session) -> Sequence[ActOnBehalf]:
    return session.scalars(select(ActOnBehalf)).all()


def _sent(need: Need, **changes: str) -> dict[str, str]:
    sent = {"title": need.title, "version": str(need.version), "action": "save"}
    return sent | {"slots-0-kind": "people", "slots-0-what": "手伝い", "slots-0-quantity": "3"} | changes


@pytest.mark.parametrize("kind", ["needs", "offers"])
def test_a_program_that_posts_for_somebody_else_says_who_said_it(
    session: Session, coordinator: Account, neighbours: Participant, post: Callable[..., Any], kind: str
) -> None:
    answer = post(coordinator, kind, neighbours)

    assert answer.status_code == 422
    assert answer.json["type"] == "about:blank#way_missing"
    assert [*session.scalars(select(Need)), *session.scalars(select(Offer))] == []


@pytest.mark.parametrize("kind", ["needs", "offers"])
def test_what_a_program_enters_for_somebody_is_marked(
    session: Session, coordinator: Account, neighbours: Participant, post: Callable[..., Any], kind: str
) -> None:
    said = {"channel": "paper", "by": "町田 太郎", "on": "2026-01-05"}

    assert post(coordinator, kind, neighbours, said=said).status_code == 201

    act = _acts(session)[0]
    assert act.kind is (ActKind.NEED if kind == "needs" else ActKind.OFFER)
    assert (act.channel, act.said_by, act.said_on) == (ConsentChannel.PAPER, "町田 太郎", date(2026, 1, 5))
    assert act.entered_by_id == coordinator.id


def test_without_a_name_it_was_the_contact_person_who_said_it(
    session: Session, coordinator: Account, neighbours: Participant, post: Callable[..., Any]
) -> None:
    post(coordinator, "needs", neighbours, said={"channel": "telephone"})

    assert [act.said_by for act in _acts(session)] == ["町田 花"]


@pytest.mark.parametrize("said", [{"channel": "web"}, {"channel": "telephone", "on": "2999-01-01"}])
def test_a_program_cannot_say_what_cannot_have_been(
    coordinator: Account, neighbours: Participant, post: Callable[..., Any], said: dict[str, str]
) -> None:
    assert post(coordinator, "needs", neighbours, said=said).status_code in {400, 422}


def test_who_posts_for_their_own_body_is_asked_nothing(
    session: Session, represent: Represent, neighbours: Participant, post: Callable[..., Any]
) -> None:
    assert post(represent(neighbours), "needs", neighbours).status_code == 201
    assert _acts(session) == []


def test_whoever_changes_the_need_of_somebody_else_says_who_asked_for_it(
    session: Session, signed_in: Browse, coordinator: Account, need: Need
) -> None:
    browser = signed_in(coordinator)

    refused = browser.post(f"/needs/{need.id}/edit", data=_sent(need, title="草むしりと掃除"))
    assert refused.status_code == 422
    assert 'href="#told-channel"' in refused.text

    browser.post(f"/needs/{need.id}/edit", data=_sent(need, title="草むしりと掃除") | TELEPHONE)
    assert session.scalars(select(Need.title)).all() == ["草むしりと掃除"]
    assert [act.need_id for act in _acts(session)] == [need.id]


def test_the_draft_of_somebody_else_is_not_opened_without_their_word(
    session: Session, signed_in: Browse, coordinator: Account, need: Need
) -> None:
    need.status, need.opened_at = NeedStatus.DRAFT, None

    answer = signed_in(coordinator).post(f"/needs/{need.id}/open")

    assert answer.location.endswith(f"/needs/{need.id}/edit")
    session.refresh(need)
    assert need.status is NeedStatus.DRAFT


def test_a_draft_whose_speaker_is_known_is_opened_and_its_form_goes_on_with_them(
    session: Session, signed_in: Browse, coordinator: Account, need: Need
) -> None:
    need.status, need.opened_at = NeedStatus.DRAFT, None
    session.add(
        ActOnBehalf(
            kind=ActKind.NEED,
            channel=ConsentChannel.FACE_TO_FACE,
            said_by="町田 次郎",
            said_on=date(2026, 1, 5),
            entered_at=utc_now(),
            participant=need.participant,
            need=need,
        )
    )
    browser = signed_in(coordinator)

    assert "町田 次郎" in browser.get(f"/needs/{need.id}/edit").text
    browser.post(f"/needs/{need.id}/open")

    session.refresh(need)
    assert need.is_open


def test_what_somebody_paused_is_opened_again_only_with_their_word(
    session: Session, signed_in: Browse, coordinator: Account, neighbours: Participant
) -> None:
    offer = make_offer(participant=neighbours, status=OfferStatus.PAUSED, items=[make_item(what="会議室")])
    session.add(offer)
    browser = signed_in(coordinator)

    assert browser.post(f"/offers/{offer.id}/open").location.endswith(f"/offers/{offer.id}/edit")
    sent = {"title": offer.title, "version": str(offer.version), "reach": offer.reach.value, "action": "open"}
    browser.post(
        f"/offers/{offer.id}/edit", data=sent | {"items-0-kind": "place", "items-0-what": "会議室"} | TELEPHONE
    )

    session.refresh(offer)
    assert offer.is_open
    assert [act.offer_id for act in _acts(session)] == [offer.id]
