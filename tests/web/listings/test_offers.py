from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    Area,
    Job,
    JobKind,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    Reach,
    Verdict,
)
from tests.factories import make_item, make_need, make_offer, make_participant, make_resident, make_suggestion
from web.listings.services.pieces import UNSTATED_QUANTITY

Browse = Callable[[Account], FlaskClient]
Represent = Callable[[Participant], Account]

TYPED = {"title": "会場を貸します", "items-0-kind": "place", "items-0-what": "会議室", "items-0-unit": "室"}


def _sent(offer: Offer, **changes: str) -> dict[str, str]:
    """Return what the edit form of an offer sends when nothing is changed, with the changes."""
    sent: dict[str, Any] = {"title": offer.title, "version": str(offer.version), "reach": offer.reach.value}
    sent |= {"action": "save", "engagement_limit": "" if offer.engagement_limit is None else offer.engagement_limit}
    for item in offer.items:
        row = f"items-{item.position - 1}-"
        sent |= {f"{row}kind": item.kind.value, f"{row}what": item.what, f"{row}quantity": item.quantity}
    return sent | changes


@pytest.fixture
def owned(session: Session, town: Area) -> Offer:
    """Return an open offer with one item."""
    offer = make_offer(participant=make_participant(area=town), items=[make_item(what="講師", quantity=5)])
    session.add(offer)
    return offer


def test_a_posted_offer_is_open_and_asks_for_a_run(session: Session, signed_in: Browse, represent: Represent) -> None:
    participant = make_participant()

    response = signed_in(represent(participant)).post("/offers/new", data=TYPED)

    offer = session.scalars(select(Offer)).one()
    assert response.status_code == 303
    assert offer.status is OfferStatus.OPEN
    assert session.scalars(select(Job)).one().municipality_id == offer.municipality_id


def test_an_empty_number_means_no_fixed_number(session: Session, signed_in: Browse, represent: Represent) -> None:
    browser = signed_in(represent(make_participant()))

    page = browser.post("/offers/new", data=TYPED, follow_redirects=True).text

    assert session.scalars(select(OfferItem)).one().quantity == UNSTATED_QUANTITY
    assert str(UNSTATED_QUANTITY) not in page.replace(",", "")


def test_the_form_shows_no_number_where_none_was_given(
    session: Session, signed_in: Browse, represent: Represent
) -> None:
    browser = signed_in(represent(make_participant()))
    browser.post("/offers/new", data=TYPED)
    offer = session.scalars(select(Offer)).one()

    page = browser.get(f"/offers/{offer.id}/edit").text

    assert str(UNSTATED_QUANTITY) not in page.replace(",", "")


@pytest.mark.parametrize("reach", ["municipality", "prefecture", "anywhere"])
def test_an_offer_asks_once_what_it_touches_however_far_it_reaches(
    session: Session, signed_in: Browse, represent: Represent, reach: str
) -> None:
    session.add_all([make_need(), make_need()])

    signed_in(represent(make_participant())).post("/offers/new", data=TYPED | {"reach": reach})

    job = session.scalars(select(Job)).one()
    assert (job.kind, job.offer_id) == (JobKind.REFRESH_OFFER, session.scalars(select(Offer.id)).one())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"items-0-what": ""}, "items-0-what"),
        ({"items-0-quantity": "0"}, "items-0-quantity"),
        ({"items-0-quantity": "999999"}, "items-0-quantity"),
        ({"engagement_limit": "-1"}, "engagement_limit"),
        ({"engagement_limit": "ふたつ"}, "engagement_limit"),
        ({"yearly_limit": "99999"}, "yearly_limit"),
        ({"reach": "moon"}, "reach"),
        ({"condition": "maybe"}, "condition"),
        ({"starts_on": "2030-05-02", "ends_on": "2030-05-01"}, "ends_on"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    signed_in: Browse, represent: Represent, wrong: dict[str, str], field: str
) -> None:
    response = signed_in(represent(make_participant())).post("/offers/new", data=TYPED | wrong)

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text


def test_a_limit_below_what_runs_is_taken_and_told(signed_in: Browse, represent: Represent, owned: Offer) -> None:
    owned.engagements = 3
    sent = _sent(owned, engagement_limit="１")
    account = represent(owned.participant)
    account.locale = "en"

    response = signed_in(account).post(f"/offers/{owned.id}/edit", data=sent, follow_redirects=True)

    assert (owned.engagement_limit, owned.engagement_limit_exceeded) == (1, True)
    assert "More partnerships are running than the limit" in response.text


def test_what_is_promised_is_not_lowered(signed_in: Browse, represent: Represent, owned: Offer) -> None:
    owned.items[0].promised = 4
    sent = _sent(owned, **{"items-0-quantity": "3"})

    response = signed_in(represent(owned.participant)).post(f"/offers/{owned.id}/edit", data=sent)

    assert response.status_code == 422
    assert 'href="#items-0-quantity"' in response.text


def test_an_offer_is_paused_opened_and_withdrawn(signed_in: Browse, represent: Represent, owned: Offer) -> None:
    browser = signed_in(represent(owned.participant))
    states = []

    for step in ("pause", "open", "withdraw", "open"):
        assert browser.post(f"/offers/{owned.id}/{step}").status_code == 303
        states.append(owned.status)

    assert states == [OfferStatus.PAUSED, OfferStatus.OPEN, OfferStatus.WITHDRAWN, OfferStatus.OPEN]


@pytest.mark.parametrize("step", ["pause", "withdraw"])
def test_what_nobody_decided_gives_way_with_the_offer(
    session: Session, signed_in: Browse, represent: Represent, owned: Offer, step: str
) -> None:
    elsewhere = make_need()
    suggestion = make_suggestion(need=elsewhere, offers=[owned])
    session.add(suggestion)

    signed_in(represent(owned.participant)).post(f"/offers/{owned.id}/{step}")

    assert suggestion.verdict is Verdict.SUPERSEDED
    assert elsewhere.municipality_id in set(session.scalars(select(Job.municipality_id)))


def test_an_offer_cannot_be_paused_twice(signed_in: Browse, represent: Represent, owned: Offer) -> None:
    browser = signed_in(represent(owned.participant))

    browser.post(f"/offers/{owned.id}/pause")

    assert browser.post(f"/offers/{owned.id}/pause").status_code == 409


def test_who_edits_an_older_version_sees_both(signed_in: Browse, represent: Represent, owned: Offer) -> None:
    mine, theirs = _sent(owned, title="わたしの題"), _sent(owned, **{"items-0-what": "ほかの講師"})
    browser = signed_in(represent(owned.participant))
    browser.post(f"/offers/{owned.id}/edit", data=theirs)

    response = browser.post(f"/offers/{owned.id}/edit", data=mine)

    assert response.status_code == 409
    assert "わたしの題" in response.text
    assert "ほかの講師" in response.text


def test_what_was_written_can_be_saved_over_the_newer_version(
    signed_in: Browse, represent: Represent, owned: Offer
) -> None:
    mine = _sent(owned, title="わたしの題")
    browser = signed_in(represent(owned.participant))
    browser.post(f"/offers/{owned.id}/edit", data=_sent(owned, title="ほかの題"))
    page = browser.post(f"/offers/{owned.id}/edit", data=mine).text

    assert f'name="version" value="{owned.version}"' in page
    assert browser.post(f"/offers/{owned.id}/edit", data=mine | {"version": str(owned.version)}).status_code == 303
    assert owned.title == "わたしの題"


def test_an_offer_of_a_resident_is_for_its_own_eyes_and_the_coordinator(
    session: Session, signed_in: Browse, represent: Represent, coordinator: Account, town: Area
) -> None:
    offer = make_offer(participant=make_resident(name="日和 太郎", area=town))
    session.add(offer)

    assert signed_in(represent(make_participant())).get(f"/offers/{offer.id}").status_code == 404
    assert "日和 太郎" in signed_in(coordinator).get(f"/offers/{offer.id}").text
    assert "日和 太郎" in signed_in(represent(offer.participant)).get(f"/offers/{offer.id}").text


def test_the_reach_is_kept(session: Session, signed_in: Browse, represent: Represent) -> None:
    signed_in(represent(make_participant())).post("/offers/new", data=TYPED | {"reach": "district"})

    assert session.scalars(select(Offer)).one().reach is Reach.DISTRICT
