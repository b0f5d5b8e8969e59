"""From the answers to a registered resident with an open offer, and changing it later."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models import (
    Account,
    ConsentPurpose,
    Draft,
    DraftKind,
    Job,
    Offer,
    OfferStatus,
    Participant,
    ParticipantKind,
    Reach,
    utc_now,
)
from tests.factories import make_membership, make_offer, make_participant
from tests.web.abilities.conftest import Town
from web.abilities.queries.answers import Answers
from web.abilities.services import keep_for_account
from web.drafts.services import save_for_browser
from web.security import token_hash

Browse = Callable[[Account], FlaskClient]


def typed(town: Town, **changes: str) -> dict[str, str]:
    """Return what the registering page sends."""
    return {
        "name": "新田 さくら",
        "reading": "にった さくら",
        "area": town.home.path,
        "is_adult": "y",
        "hours_per_month": "4",
        "engagement_limit": "1",
        "projects": "yes",
        "lecturer": "no",
        "council_seat": "no",
        "contact_email": "sakura@hiyori.example",
        "contact_phone": "",
    } | changes


@pytest.fixture
def answered(town: Town, account: Account) -> Account:
    """Return an account whose answers wait to become a registration."""
    town.session.flush()
    answers = Answers(can=("cooking",), also=("紙芝居",), area=town.home.path, near=True)
    keep_for_account(town.session, account, answers, at=utc_now())
    town.session.flush()
    return account


def test_a_visitors_answers_wait_under_the_token_of_the_browser(client: FlaskClient, town: Town) -> None:
    response = client.post("/can-do/keep", data={"can": "cooking", "when": "weekend_day", "area": town.home.path})

    draft = town.session.scalars(select(Draft)).one()
    assert response.headers["Location"] == "/sign-up"
    assert draft.kind is DraftKind.ABILITIES
    assert draft.content == {"can": ["cooking"], "when": ["weekend_day"], "area": town.home.path}
    with client.session_transaction() as cookie:
        assert draft.token_hash == token_hash(cookie["draft"])


def test_what_was_typed_into_another_form_is_not_written_over(client: FlaskClient, town: Town) -> None:
    with client.session_transaction() as cookie:
        cookie["draft"] = "written before"
    save_for_browser(town.session, token_hash("written before"), DraftKind.NEED, {"title": "みこし"}, at=utc_now())

    client.post("/can-do/keep", data={"can": "cooking"})

    kinds = set(town.session.scalars(select(Draft.kind)))
    assert kinds == {DraftKind.NEED, DraftKind.ABILITIES}


@pytest.mark.usefixtures("town")
def test_who_is_signed_in_goes_straight_to_registering(signed_in: Browse, account: Account) -> None:
    response = signed_in(account).post("/can-do/keep", data={"can": "cooking"})

    assert response.headers["Location"] == "/can-do/register"


def test_the_place_is_filled_in_already(signed_in: Browse, town: Town, answered: Account) -> None:
    page = signed_in(answered).get("/can-do/register").text

    assert f'selected value="{town.home.path}"' in page
    assert "調理、紙芝居" in page


def test_registering_types_nothing_twice(signed_in: Browse, town: Town, answered: Account) -> None:
    response = signed_in(answered).post("/can-do/register", data=typed(town))

    offer = town.session.scalars(select(Offer)).one()
    resident = offer.participant
    assert response.headers["Location"] == f"/can-do/offers/{offer.id}"
    assert (resident.kind, resident.name, resident.reading) == (
        ParticipantKind.RESIDENT,
        "新田 さくら",
        "にった さくら",
    )
    assert (resident.hours_per_month, resident.engagement_limit) == (4.0, 1)
    assert (offer.status, offer.reach, offer.online) == (OfferStatus.OPEN, Reach.DISTRICT, None)
    items = town.session.scalars(select(Offer).where(Offer.id == offer.id)).one()
    town.session.refresh(items, ["items"])
    assert [(item.what, item.skill) for item in items.items] == [("調理", town.cooking), ("紙芝居", None)]


def test_only_what_was_agreed_to_is_recorded(signed_in: Browse, town: Town, answered: Account) -> None:
    signed_in(answered).post("/can-do/register", data=typed(town, lecturer="yes"))

    resident = town.session.scalars(select(Participant).where(Participant.kind == ParticipantKind.RESIDENT)).one()
    assert {consent.purpose for consent in resident.consents} == {ConsentPurpose.PROJECTS, ConsentPurpose.LECTURER}


def test_registering_lets_the_engine_look_and_forgets_the_draft(
    signed_in: Browse, town: Town, answered: Account
) -> None:
    signed_in(answered).post("/can-do/register", data=typed(town))

    assert town.session.scalar(select(func.count()).select_from(Job)) == 1
    assert town.session.scalar(select(func.count()).select_from(Draft)) == 0


@pytest.mark.parametrize("purpose", ["projects", "lecturer", "council_seat"])
def test_each_consent_is_answered_by_itself(signed_in: Browse, town: Town, answered: Account, purpose: str) -> None:
    data = typed(town)
    del data[purpose]

    response = signed_in(answered).post("/can-do/register", data=data)

    assert response.status_code == 422
    assert f'href="#{purpose}"' in response.text
    assert 'value="新田 さくら"' in response.text


def test_somebody_under_18_comes_to_the_counter(signed_in: Browse, town: Town, answered: Account) -> None:
    data = typed(town)
    del data["is_adult"]

    assert signed_in(answered).post("/can-do/register", data=data).status_code == 422
    assert town.session.scalars(select(Offer)).all() == []


@pytest.mark.usefixtures("town")
def test_who_has_answered_nothing_begins_with_the_questions(signed_in: Browse, account: Account) -> None:
    assert signed_in(account).get("/can-do/register").headers["Location"] == "/can-do"


def test_without_consent_the_page_says_that_nobody_can_ask(signed_in: Browse, town: Town, answered: Account) -> None:
    browser = signed_in(answered)

    where = browser.post("/can-do/register", data=typed(town, projects="no")).headers["Location"]

    assert "まだ、だれもたずねることができません" in browser.get(where).text


def test_after_registering_it_says_what_happens_next_and_what_fits(
    signed_in: Browse, town: Town, answered: Account
) -> None:
    browser = signed_in(answered)

    page = browser.get(browser.post("/can-do/register", data=typed(town)).headers["Location"]).text

    assert "これからのこと" in page
    assert "食堂を月二回に増やしたい" in page


def test_a_resident_adds_what_they_can_do_besides(signed_in: Browse, town: Town, own_offer: Offer) -> None:
    account = own_account(town, own_offer)

    signed_in(account).post("/can-do/offers", data={"can": "cooking", "online": "1"})

    offers = town.session.scalars(select(Offer).where(Offer.participant_id == own_offer.participant_id)).all()
    assert {offer.title for offer in offers} == {"縫い物", "調理ができます"}


def test_changing_keeps_what_the_three_questions_do_not_ask(signed_in: Browse, town: Town, own_offer: Offer) -> None:
    browser = signed_in(own_account(town, own_offer))
    data = {"can": ["sewing", "cooking"], "when": "weekend_day", "area": town.home.path}

    browser.post(f"/can-do/offers/{own_offer.id}", data=data)

    town.session.refresh(own_offer, ["items"])
    assert [item.what for item in own_offer.items] == ["ぞうきん縫い", "調理"]
    assert (own_offer.title, own_offer.body, own_offer.windows) == ("縫い物", "ミシンもあります。", ["sat_am"])


def test_what_is_promised_stays_whatever_is_ticked(signed_in: Browse, town: Town, own_offer: Offer) -> None:
    own_offer.items[0].promised = 1

    signed_in(own_account(town, own_offer)).post(f"/can-do/offers/{own_offer.id}", data={"can": "cooking"})

    town.session.refresh(own_offer, ["items"])
    assert [item.what for item in own_offer.items] == ["ぞうきん縫い", "調理"]


def test_an_older_page_does_not_write_over_a_newer_change(signed_in: Browse, town: Town, own_offer: Offer) -> None:
    response = signed_in(own_account(town, own_offer)).post(
        f"/can-do/offers/{own_offer.id}", data={"can": "cooking", "version": "0"}
    )

    assert response.status_code == 409


def test_the_three_questions_do_not_change_what_a_company_offers(signed_in: Browse, town: Town) -> None:
    membership = make_membership(make_participant(kind=ParticipantKind.COMPANY, area=town.home))
    offer = make_offer(participant=membership.participant)
    town.session.add_all([membership, offer])

    response = signed_in(membership.account).post(f"/can-do/offers/{offer.id}", data={"can": "cooking"})

    assert response.status_code == 403


def test_a_break_and_leaving_are_one_page_away_and_say_what_they_mean(
    signed_in: Browse, town: Town, own_offer: Offer
) -> None:
    browser = signed_in(own_account(town, own_offer))

    page = browser.get("/can-do/rest").text

    assert 'href="/can-do/rest"' in browser.get("/").text
    assert "引き受けているものは続きます。" in page
    assert f"/participants/{own_offer.participant_id}/pause" in page
    assert "/account/erase" in page


def test_who_takes_a_break_is_told_how_to_come_back(signed_in: Browse, town: Town, own_offer: Offer) -> None:
    own_offer.participant.pause(at=utc_now())

    page = signed_in(own_account(town, own_offer)).get("/can-do/rest").text

    assert f"/participants/{own_offer.participant_id}/resume" in page


def own_account(town: Town, offer: Offer) -> Account:
    """Return the account of the resident who offers this."""
    town.session.flush()
    town.session.refresh(offer.participant, ["memberships"])
    return offer.participant.memberships[0].account


def test_the_telephone_number_is_kept_as_it_is_printed(town: Town, answered: Account, signed_in: Browse) -> None:
    signed_in(answered).post("/can-do/register", data=typed(town, contact_phone="０９０（１２３４）５６７８"))

    assert town.session.scalars(select(Participant.contact_phone).where(Participant.kind == "resident")).all() == [
        "090-1234-5678"
    ]


def test_what_is_no_telephone_number_is_said_and_shown_again(town: Town, answered: Account, signed_in: Browse) -> None:
    response = signed_in(answered).post("/can-do/register", data=typed(town, contact_phone="090-12"))

    assert response.status_code == 422
    assert 'value="090-12"' in response.text
