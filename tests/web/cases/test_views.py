"""Cases are listed, read, written by coordinators, and become the beginning of a need."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, CaseStudy, CollaborationForm, Draft
from tests.factories import make_account, make_agreement, make_membership, make_partnership
from tests.web.cases.conftest import NOON

SignedIn = Callable[[Account], FlaskClient]
REPORT = {"title": "会報づくり", "team": "NPO", "form": "co_hosting", "helped": "話し合い", "result": "続いている"}


def test_a_visitor_sees_only_what_every_party_made_public(town: Any, client: FlaskClient) -> None:
    page = f"/cases/{town.case.id}"
    assert "会報づくり" not in client.get("/cases").text
    assert client.get(page).status_code == 302

    town.publish()

    assert "会報づくり" in client.get("/cases").text
    read = client.get(page).text
    assert f"/partnerships/public/{town.partnership.id}" in read
    assert "会報のデザイン" in read


def test_parties_read_their_own_and_coordinators_all(town: Any, signed_in: SignedIn) -> None:
    for account, found in ((town.chair, True), (town.elsewhere, True), (make_account(), False)):
        browser = signed_in(account)
        assert ("会報づくり" in browser.get("/cases").text) is found
        assert (browser.get(f"/cases/{town.case.id}").status_code == 200) is found


@pytest.mark.parametrize(
    ("fitting", "other"),
    [
        ("q=会報 読む人", "q=防災"),
        ("form=co_hosting", "form=subsidy"),
        ("field=community", "field=sports"),
        ("page=99", "form=barter"),
    ],
)
def test_the_list_is_narrowed_down(town: Any, signed_in: SignedIn, fitting: str, other: str) -> None:
    town.case.form = CollaborationForm.CO_HOSTING
    browser, case = signed_in(town.coordinator), f"/cases/{town.case.id}"

    assert case in browser.get(f"/cases?{fitting}").text
    assert case not in browser.get(f"/cases?{other}").text


def test_the_report_is_prefilled_with_what_is_known(town: Any, signed_in: SignedIn) -> None:
    town.session.delete(town.case)
    town.session.add(make_agreement(town.partnership, form=CollaborationForm.ACCORD))

    page = signed_in(town.coordinator).get(f"/partnerships/{town.partnership.id}/case").text

    assert "町内会の会報を読みやすくしたい。" in page
    assert "NPO2団体" in page
    assert "食材は提供、会場は無料" in page
    assert '<option selected value="accord">' in page


def test_a_coordinator_writes_the_report(town: Any, signed_in: SignedIn) -> None:
    browser, page = signed_in(town.coordinator), f"/partnerships/{town.partnership.id}/case"

    answer = browser.post(page, data=REPORT | {"seen_at": town.case.written_at.isoformat()})

    case = town.session.scalars(select(CaseStudy)).one()
    assert answer.headers["Location"].endswith(f"/cases/{case.id}")
    assert (case.result, case.form, case.written_by_id) == (
        "続いている",
        CollaborationForm.CO_HOSTING,
        town.coordinator.id,
    )
    assert f"/cases/{case.id}" in browser.get("/cases?q=続いて").text


def test_two_who_write_at_once_do_not_overwrite_each_other(town: Any, signed_in: SignedIn) -> None:
    browser, page = signed_in(town.coordinator), f"/partnerships/{town.partnership.id}/case"
    seen = {"seen_at": town.case.written_at.isoformat()}

    answers = [browser.post(page, data=REPORT | seen | {"result": result}).status_code for result in ("一", "二")]

    assert answers == [303, 409]
    assert town.session.scalars(select(CaseStudy)).one().result == "一"


@pytest.mark.parametrize("typed", [{"title": ""}, {"result": ""}, {"form": "barter"}, {"helped": "長" * 2001}])
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
    town: Any, signed_in: SignedIn, typed: dict[str, str]
) -> None:
    answer = signed_in(town.coordinator).post(
        f"/partnerships/{town.partnership.id}/case", data=REPORT | {"team": "NPOと行政"} | typed
    )

    assert answer.status_code == 422
    assert "NPOと行政" in answer.text
    assert town.case.result == "読む人が増えた"


def test_only_coordinators_of_the_place_write_it(town: Any, signed_in: SignedIn) -> None:
    page = f"/partnerships/{town.partnership.id}/case"

    assert signed_in(town.chair).post(page, data=REPORT).status_code == 404
    assert signed_in(town.elsewhere).post(page, data=REPORT).status_code == 404


def test_there_is_no_report_before_the_end(town: Any, signed_in: SignedIn) -> None:
    running = make_partnership(need=town.partnership.need, offers=[])
    running.accepted_at = NOON
    town.session.add(running)
    town.session.commit()

    answer = signed_in(town.coordinator).post(f"/partnerships/{running.id}/case", data=REPORT)

    assert answer.headers["Location"].endswith(f"/partnerships/{running.id}")


def test_a_case_is_the_template_of_a_need(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.chair).post(f"/cases/{town.case.id}/begin-need")

    typed = town.session.scalars(select(Draft)).one().content
    assert answer.headers["Location"].endswith("/needs/begin/what")
    assert typed["slots-0-what"] == ["会報のデザイン"]
    assert typed["slots-0-quantity"] == ["2"]


def test_a_visitor_takes_a_public_case_as_template(town: Any, client: FlaskClient) -> None:
    assert client.post(f"/cases/{town.case.id}/begin-need").status_code == 302
    town.publish()

    assert client.post(f"/cases/{town.case.id}/begin-need").status_code == 303


def test_a_case_stands_beside_a_similar_need_and_no_other(town: Any, signed_in: SignedIn) -> None:
    similar = town.need("会報づくりの仲間を探しています", "自治会の会報を作る人がいません。", "会報のデザイン")
    other = town.need("雪かきを手伝ってほしい", "高齢の世帯の玄関先です。", "除雪")
    browser, case = signed_in(town.coordinator), f"/cases/{town.case.id}"

    for page in ("/needs/{}", "/desk/needs/{}"):
        assert case in browser.get(page.format(similar.id)).text
        assert case not in browser.get(page.format(other.id)).text


def test_a_case_that_is_not_public_stands_beside_no_need_of_strangers(town: Any, signed_in: SignedIn) -> None:
    similar = town.need("会報づくりの仲間を探しています", "自治会の会報を作る人がいません。", "会報のデザイン")
    owner = make_membership(similar.participant).account
    town.session.add(owner)
    browser, case = signed_in(owner), f"/cases/{town.case.id}"

    assert case not in browser.get(f"/needs/{similar.id}").text
    town.publish()
    assert case in browser.get(f"/needs/{similar.id}").text
