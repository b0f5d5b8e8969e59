"""Why an offer was not suggested, or where it stands, on one page."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from models import Account
from tests.factories import make_item, make_offer, make_participant, make_resident
from tests.web.suggestions.test_pages import counted

SignedIn = Callable[[Account], FlaskClient]


def why(town: Any, browser: FlaskClient, offer: Any) -> str:
    return browser.get(f"/desk/needs/{town.need.id}/offers?offer={offer.id}").text


def test_an_offer_that_fails_gates_is_answered_with_each_of_them(town: Any, signed_in: SignedIn) -> None:
    town.printing_offer.set_engagement_limit(0)
    town.printing_offer.pause()
    town.look_for_partners()

    page = why(town, signed_in(town.coordinator), town.printing_offer)

    assert "They take no more engagements now: 0 of 0." in page
    assert "The offer is closed or paused now." in page


def test_an_offer_that_was_suggested_says_so_with_its_place(town: Any, signed_in: SignedIn) -> None:
    town.look_for_partners()

    page = why(town, signed_in(town.coordinator), town.writing_offer)

    assert "It is among the suggestions" in page
    assert "“会報を組む人”: place 1 of 1 that could give it." in page
    assert "points out of 100" in page


def test_an_offer_that_gives_nothing_near_says_so(town: Any, signed_in: SignedIn) -> None:
    flowers = make_offer(participant=make_participant(area=town.north), title="花", items=[make_item(what="花植え")])
    town.session.add(flowers)
    town.look_for_partners()

    assert "gives nothing near to what is lacking" in why(town, signed_in(town.coordinator), flowers)


def test_an_offer_that_others_left_no_place_for_says_where_its_best_team_would_stand(
    town: Any, signed_in: SignedIn
) -> None:
    for number in range(6):
        writer = make_resident(name=f"書き手{number}", area=town.north)
        town.session.add(make_offer(participant=writer, items=[make_item(what="紙面づくり", skill=town.newsletter)]))
    far = make_offer(
        participant=make_resident(name="遠い人", area=town.south),
        title="遠くから",
        items=[make_item(what="紙面づくり", skill=town.newsletter)],
    )
    town.session.add(far)
    town.look_for_partners()

    page = why(town, signed_in(town.coordinator), far)

    assert "“会報を組む人”: place 8 of 8 that could give it." in page
    assert "Its best team, with 日和印刷, would be number 6; shown are 5." in page


def test_an_offer_that_does_not_exist_is_answered_plainly(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.coordinator).get(f"/desk/needs/{town.need.id}/offers?offer={uuid4()}")

    assert answer.status_code == 200
    assert "No such offer" in answer.text


@pytest.mark.parametrize("words", ["印刷します", "日和印刷", "会報づくり"])
def test_any_offer_is_found_by_its_words_its_skill_or_its_body(town: Any, signed_in: SignedIn, words: str) -> None:
    town.look_for_partners()

    page = signed_in(town.coordinator).get(f"/desk/needs/{town.need.id}/offers", query_string={"q": words}).text

    assert "It is among the suggestions." in page


def test_the_answer_takes_at_most_twelve_queries(town: Any, signed_in: SignedIn, engine: Engine) -> None:
    town.look_for_partners()
    browser, url = signed_in(town.coordinator), f"/desk/needs/{town.need.id}/offers?offer={town.writing_offer.id}"
    town.session.commit()

    with counted(engine) as statements:
        browser.get(url)

    assert len(statements) <= 12
