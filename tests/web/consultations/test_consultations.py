"""Consultations are written down in a minute, counted once, passed on, and forget in time who asked."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models import Account, ActOnBehalf, ConsentChannel, Consultation, HelpAsked, Need, NeedOrigin
from models.errors import InvalidValue
from tests.factories import make_consultation, make_intermediary, make_participant, make_referral
from tests.factories.visits import WRITTEN
from web.consultations import jobs
from web.consultations.queries import open_ones

SignedIn = Callable[[Account], FlaskClient]


def typed(town: Any, **changes: str) -> dict[str, str]:
    return {
        "area": str(town.north.id),
        "consulted_on": "2026/11/30",
        "way": "telephone",
        "help_asked": "closing",
        "asked": "会を閉じたいが、どうすればよいか",
        "asker_kind": "",
        "registered": "",
        "asker_name": "",
        "asker_contact": "",
        "sent_key": "7a1b",
    } | changes


def only_one(town: Any) -> Consultation:
    found = town.session.scalars(select(Consultation)).one()
    assert isinstance(found, Consultation)
    return found


def kept(town: Any, **about: Any) -> Consultation:
    found = make_consultation(**({"area": town.north} | about))
    town.session.add(found)
    town.session.commit()
    return found


def test_a_consultation_is_written_down_and_closed_at_once(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    answer = browser.post("/consultations/new", data=typed(town, closed="y", answered="引き継ぎ先を紹介した"))

    found = only_one(town)
    assert answer.headers["Location"].endswith(f"/consultations/{found.id}")
    assert (found.help_asked, found.is_open, found.taken_by_id) == (HelpAsked.CLOSING, False, town.coordinator.id)
    assert "引き継ぎ先を紹介した" in browser.get(f"/consultations/{found.id}").text


def test_what_is_sent_twice_is_kept_once(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    places = [browser.post("/consultations/new", data=typed(town)).headers["Location"] for _ in range(2)]

    assert places[0] == places[1]
    assert only_one(town).asked
    assert signed_in(town.colleague).post("/consultations/new", data=typed(town)).status_code == 409


@pytest.mark.parametrize("name", ["北山町内会", "北山　町内会"])
def test_who_is_registered_is_found_by_name(town: Any, signed_in: SignedIn, name: str) -> None:
    town.association.name = "北山 町内会" if "　" in name else name

    signed_in(town.coordinator).post("/consultations/new", data=typed(town, registered=name))

    assert only_one(town).participant_id == town.association.id


def test_a_name_that_may_mean_several_is_asked_about(town: Any, signed_in: SignedIn) -> None:
    other = make_participant(name="北山福祉の会", area=town.north)
    town.session.add(other)
    browser = signed_in(town.coordinator)

    asked = browser.post("/consultations/new", data=typed(town, registered="北山"))
    assert asked.status_code == 422
    assert all(words in asked.text for words in ("北山町内会", "北山福祉の会", "会を閉じたい"))

    browser.post("/consultations/new", data=typed(town, registered="北山", participant=str(other.id)))
    assert only_one(town).participant_id == other.id


def test_who_is_not_registered_is_kept_as_a_name(town: Any, signed_in: SignedIn) -> None:
    stranger = make_participant(name="遠山町内会")
    town.session.add(stranger)
    browser = signed_in(town.coordinator)

    assert browser.post("/consultations/new", data=typed(town, registered="遠山町内会")).status_code == 422
    browser.post("/consultations/new", data=typed(town, registered="遠山町内会", participant="nobody"))

    assert (only_one(town).participant_id, only_one(town).asker_name) == (None, "遠山町内会")


@pytest.mark.parametrize(
    "wrong",
    [{"asked": " "}, {"help_asked": ""}, {"way": "smoke"}, {"consulted_on": "2026/12/02"}, {"area": ""}],
)
def test_what_is_wrong_is_named_and_the_answer_is_not_lost(
    town: Any, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    answer = signed_in(town.coordinator).post("/consultations/new", data=typed(town, answered="折り返す") | wrong)

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert "折り返す" in answer.text
    assert not town.session.scalars(select(Consultation)).all()


def test_nobody_reads_or_writes_about_another_town(town: Any, signed_in: SignedIn) -> None:
    found, browser = kept(town), signed_in(town.elsewhere)

    assert browser.post("/consultations/new", data=typed(town)).status_code == 422
    for page in ("", "/edit", "/same-as", "/need"):
        assert browser.get(f"/consultations/{found.id}{page}").status_code == 404
    for step in ("close", "reopen", "tell-apart"):
        assert browser.post(f"/consultations/{found.id}/{step}").status_code == 404
    assert "草刈り" not in browser.get("/consultations").text


@pytest.mark.parametrize(
    ("fitting", "other"),
    [
        ("state=open", "state=closed"),
        ("help=finding_people", "help=funding"),
        ("q=草刈り", "q=除雪"),
        ("period=last_month", "period=month"),
        ("period=year", "period=last_year"),
        ("state=nonsense&period=x&page=99", "area=jp.nowhere"),
    ],
)
def test_the_list_is_narrowed_down(town: Any, signed_in: SignedIn, fitting: str, other: str) -> None:
    found, browser = kept(town), signed_in(town.coordinator)

    assert f"/consultations/{found.id}" in browser.get(f"/consultations?{fitting}").text
    assert f"/consultations/{found.id}" not in browser.get(f"/consultations?{other}").text


def test_it_is_answered_later_unless_somebody_else_was_faster(town: Any, signed_in: SignedIn) -> None:
    found = kept(town)
    browser, page = signed_in(town.colleague), f"/consultations/{found.id}/edit"
    answers = [typed(town, version="1", answered=words) for words in ("人を紹介した", "断った")]

    assert [browser.post(page, data=answer).status_code for answer in answers] == [303, 409]
    assert found.answered == "人を紹介した"


def test_what_is_closed_can_be_opened_again(town: Any, signed_in: SignedIn) -> None:
    found, browser = kept(town), signed_in(town.coordinator)

    browser.post(f"/consultations/{found.id}/close")
    assert not open_ones(town.session, town.coordinator)
    browser.post(f"/consultations/{found.id}/reopen")

    assert list(open_ones(town.session, town.coordinator)) == [found]
    assert not open_ones(town.session, town.elsewhere)


def test_what_was_written_down_twice_is_counted_once(town: Any, signed_in: SignedIn) -> None:
    first, second, third = (kept(town, asked=words) for words in ("草刈りの人手", "草刈りの件", "草刈りの電話"))
    browser = signed_in(town.coordinator)
    assert 'class="numeric">3<' in browser.get("/consultations").text

    browser.post(f"/consultations/{third.id}/same-as", data={"other": str(second.id)})
    browser.post(f"/consultations/{second.id}/same-as", data={"other": str(first.id)})

    assert (second.same_as_id, third.same_as_id) == (first.id, first.id)
    page = browser.get("/consultations").text
    assert 'class="numeric">1<' in page
    assert all(f"/consultations/{one.id}" in page for one in (first, second, third))
    assert f"/consultations/{second.id}" in browser.get(f"/consultations/{first.id}").text


def test_two_that_were_taken_for_one_are_told_apart(town: Any, signed_in: SignedIn) -> None:
    first, second = kept(town), kept(town)
    browser = signed_in(town.coordinator)
    browser.post(f"/consultations/{second.id}/same-as", data={"other": str(first.id)})

    browser.post(f"/consultations/{second.id}/tell-apart")

    assert (second.same_as_id, second.is_open) == (None, True)


def test_a_double_is_of_one_that_counts(town: Any) -> None:
    first, second = kept(town), kept(town)
    second.mark_same_as(first, at=WRITTEN)

    with pytest.raises(InvalidValue):
        first.mark_same_as(second, at=WRITTEN)


def test_it_becomes_a_need_and_no_further_consultation(town: Any, signed_in: SignedIn) -> None:
    found = kept(town, participant=town.association, asker_name="神沢 会長")
    browser, page = signed_in(town.coordinator), f"/consultations/{found.id}/need"
    assert "神沢 会長" in browser.get(page).text
    told = {"title": "草刈りの人手", "said_by": "神沢 会長", "said_on": "2026/11/20", "channel": "telephone"}

    answer = browser.post(page, data=told | {"participant": str(town.association.id)})

    need = town.session.scalars(select(Need)).one()
    assert answer.headers["Location"].endswith(f"/needs/{need.id}/edit")
    assert need.origin is NeedOrigin.CONSULTATION
    assert town.session.scalars(select(ActOnBehalf.need_id)).one() == need.id
    assert town.session.scalar(select(func.count()).select_from(Consultation)) == 1
    assert "草刈りの人手" in browser.get(f"/consultations/{found.id}").text


@pytest.mark.parametrize(
    ("moment", "left"),
    [("2027-11-20T02:00:00+00:00", "東 一郎 000-0000-0000"), ("2027-11-20T04:00:00+00:00", "")],
)
def test_who_asked_is_forgotten_a_year_after_the_end(
    town: Any, work_at: Callable[[Callable[[Flask], None], str], None], moment: str, left: str
) -> None:
    closed, waiting, registered = (
        kept(town, asker_name="東 一郎", asker_contact="000-0000-0000", participant=participant)
        for participant in (None, None, town.association)
    )
    for one in (closed, registered):
        one.close(at=WRITTEN)
    referral = make_referral(closed, make_intermediary(), contact="000-0000-0000", consent=ConsentChannel.TELEPHONE)
    town.session.add(referral)
    town.session.commit()

    work_at(jobs.tidy, moment)

    town.session.expire_all()
    assert (referral.contact == "") is (left == "")
    assert f"{closed.asker_name} {closed.asker_contact}".strip() == left
    assert (waiting.asker_name, registered.asker_name) == ("東 一郎", "東 一郎")
    assert closed.asked
