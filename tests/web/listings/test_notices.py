"""A need on paper: what stands on the notice, who opens it, and where its code leads."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Account, Area, Need, Participant
from tests.factories import make_need, make_participant

Browse = Callable[[Account], FlaskClient]
Represent = Callable[[Participant], Account]

PRIVATE = "042-999-9999"
PUBLIC = "042-111-1111"


@pytest.fixture
def need(session: Session, town: Area) -> Need:
    participant = make_participant(name="北山町内会", area=town, contact_phone=PRIVATE)
    need = make_need(participant=participant, title="草刈りの手伝い")
    session.add(need)
    session.commit()
    return need


def test_the_notice_shows_no_telephone_number_that_nobody_put_on_it(
    signed_in: Browse, represent: Represent, need: Need
) -> None:
    page = signed_in(represent(need.participant)).get(f"/needs/{need.id}/notice").text

    assert "草刈りの手伝い" in page
    assert PRIVATE not in page


def test_the_number_for_the_notice_stands_on_the_notice_and_on_no_public_page(
    session: Session, client: FlaskClient, signed_in: Browse, represent: Represent, need: Need
) -> None:
    need.notice_phone = PUBLIC
    session.commit()

    assert PUBLIC not in client.get(f"/needs/{need.id}").text
    assert client.get(f"/needs/{need.id}/notice").location == "/sign-in"
    assert PUBLIC in signed_in(represent(need.participant)).get(f"/needs/{need.id}/notice").text


def test_the_code_is_drawn_for_everybody_and_leads_to_the_configured_address(
    client: FlaskClient, signed_in: Browse, represent: Represent, need: Need
) -> None:
    drawing = client.get(f"/needs/{need.id}/qr.svg")
    page = signed_in(represent(need.participant)).get(f"/needs/{need.id}/notice", headers={"Host": "localhost"}).text

    assert drawing.content_type == "image/svg+xml"
    assert drawing.text.startswith("<svg")
    assert f"http://127.0.0.1:8000/needs/{need.id}" in page


def test_the_paper_form_offers_every_kind_to_everybody(client: FlaskClient) -> None:
    page = client.get("/needs/paper").text

    assert page.count("□") >= 14
