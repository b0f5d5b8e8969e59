from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Area, Job, Offer, Partnership, Suggestion, Verdict, capacity
from tests.factories import make_need, make_offer, make_participant, make_partnership, make_suggestion
from web.listings.queries.catalogue import Entry, catalogue

Browse = Callable[[Account], FlaskClient]
AUTUMN = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SPRING = datetime(2027, 4, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _autumn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENISHI_NOW", AUTUMN.isoformat())


@pytest.fixture
def offer(session: Session, town: Area) -> Offer:
    """Return an offer of a body that was promised once in the fiscal year, of three times."""
    offer = make_offer(participant=make_participant(area=town), title="会議室を貸します")
    offer.set_yearly_limit(3)
    promise(session, offer)
    return offer


@pytest.fixture
def owner(offer: Offer, represent: Callable[..., Account]) -> Account:
    return represent(offer.participant)


def promise(session: Session, offer: Offer) -> Partnership:
    partnership = make_partnership(offers=[offer])
    session.add(partnership)
    session.flush()
    capacity.take(session, partnership)
    session.commit()
    return partnership


def suggest(session: Session, offer: Offer) -> Suggestion:
    suggestion = make_suggestion(need=make_need(participant=make_participant(area=offer.area)), offers=[offer])
    session.add(suggestion)
    session.commit()
    return suggestion


def entry(session: Session, owner: Account, at: datetime = AUTUMN) -> Entry:
    session.commit()
    session.expire_all()
    return catalogue(session, owner, at=at)[0]


def test_a_catalogue_tells_what_was_given_and_what_the_year_leaves(session: Session, owner: Account) -> None:
    shown = entry(session, owner)

    assert (shown.year, shown.given, shown.left) == (2026, 1, 2)


def test_a_new_fiscal_year_leaves_all_again(session: Session, owner: Account) -> None:
    shown = entry(session, owner, at=SPRING)

    assert (shown.year, shown.given, shown.left) == (2027, 0, 3)


def test_the_page_of_offers_is_the_catalogue_of_whoever_gives(
    session: Session, offer: Offer, owner: Account, signed_in: Browse
) -> None:
    other = make_offer(participant=make_participant(area=offer.area), title="軽トラックを出します")
    session.add(other)
    browser = signed_in(owner)

    own, others = browser.get("/offers").text, browser.get("/offers?show=open").text

    assert "会議室を貸します" in own
    assert "軽トラックを出します" not in own
    assert "軽トラックを出します" in others


def test_a_preview_tells_the_effect_and_changes_nothing(
    session: Session, offer: Offer, owner: Account, signed_in: Browse
) -> None:
    suggest(session, offer)

    page = signed_in(owner).get(f"/offers?limit_of={offer.id}&yearly_limit=１").text

    assert "候補に入る困りごと：1件 → 0件" in page
    assert "令和9年4月1日" in page
    assert offer.yearly_limit == 3


def test_a_limit_that_is_reached_takes_the_offer_out_of_its_suggestions_at_once(
    session: Session, offer: Offer, owner: Account, signed_in: Browse
) -> None:
    suggestion = suggest(session, offer)

    answer = signed_in(owner).post(f"/offers/{offer.id}/limit", data={"yearly_limit": "1"})

    assert answer.status_code == 303
    assert suggestion.verdict is Verdict.SUPERSEDED
    assert (entry(session, owner).needs, entry(session, owner).is_used_up) == (0, True)


def test_a_limit_that_leaves_room_disturbs_no_suggestion(
    session: Session, offer: Offer, owner: Account, signed_in: Browse
) -> None:
    suggestion = suggest(session, offer)

    signed_in(owner).post(f"/offers/{offer.id}/limit", data={"yearly_limit": "2"})

    assert (offer.yearly_limit, suggestion.verdict) == (2, Verdict.PENDING)
    assert session.scalars(select(Job)).all() == []


def test_a_limit_that_is_raised_again_lets_needs_be_looked_for(
    session: Session, offer: Offer, owner: Account, signed_in: Browse
) -> None:
    offer.set_yearly_limit(1)

    signed_in(owner).post(f"/offers/{offer.id}/limit", data={"yearly_limit": ""})

    assert offer.yearly_limit is None
    assert session.scalars(select(Job)).one().offer_id == offer.id


def test_a_limit_below_what_was_given_is_kept_and_takes_nothing_back(
    offer: Offer, owner: Account, signed_in: Browse
) -> None:
    signed_in(owner).post(f"/offers/{offer.id}/limit", data={"yearly_limit": "0"})

    assert (offer.yearly_limit, offer.yearly_engagements, offer.yearly_limit_exceeded) == (0, 1, True)


@pytest.mark.parametrize("typed", ["みっつ", "-1", "10001"])
def test_what_is_no_limit_is_refused_and_stays_typed(
    offer: Offer, owner: Account, signed_in: Browse, typed: str
) -> None:
    browser = signed_in(owner)

    preview = browser.get(f"/offers?limit_of={offer.id}&yearly_limit={typed}")
    sent = browser.post(f"/offers/{offer.id}/limit", data={"yearly_limit": typed})

    assert (preview.status_code, sent.status_code) == (422, 422)
    assert f'href="#limit-{offer.id}"' in preview.text
    assert f'value="{typed}"' in preview.text
    assert offer.yearly_limit == 3


def test_a_coordinator_changes_a_limit_for_a_body_of_the_place(
    offer: Offer, coordinator: Account, signed_in: Browse
) -> None:
    answer = signed_in(coordinator).post(f"/offers/{offer.id}/limit", data={"yearly_limit": "5"})

    assert answer.location == f"/offers/{offer.id}"
    assert offer.yearly_limit == 5


def test_a_catalogue_asks_few_questions_however_long_it_is(
    session: Session, offer: Offer, owner: Account, signed_in: Browse, count_queries: Callable[[], "object"]
) -> None:
    session.add_all(make_offer(participant=offer.participant) for _ in range(8))
    browser = signed_in(owner)

    with count_queries() as queries:  # type: ignore[attr-defined]  # a counter of the fixtures
        assert browser.get("/offers").status_code == 200

    assert len(queries.statements) <= 12


def test_a_list_of_ones_own_does_not_call_itself_that_of_others(owner: Account, signed_in: Browse) -> None:
    page = signed_in(owner).get("/offers?show=own").text

    assert "<h1>できること・提供</h1>" in " ".join(page.split()).replace("> ", ">").replace(" <", "<")
