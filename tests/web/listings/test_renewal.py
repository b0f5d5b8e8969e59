"""What ends is asked about once, ends by itself, and stays by one tap on the link in the mail."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditedSession, Job, Need, NeedStatus, Offer, OfferStatus, OutboxMail
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_suggestion,
)
from web.listings import jobs

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LAST_DAY = date(2026, 12, 10)
TOO_EARLY = "2026-11-25T09:00:00+09:00"
TWO_WEEKS_BEFORE = "2026-11-26T09:00:00+09:00"
ON_THE_LAST_DAY = "2026-12-10T09:00:00+09:00"
THE_DAY_AFTER = "2026-12-11T09:00:00+09:00"
READER = "chair@hiyori.example"


@pytest.fixture
def chair(session: AuditedSession, need: Need) -> Account:
    account = make_account(email=READER)
    session.add(make_membership(need.participant, account=account))
    session.commit()
    return account


@pytest.fixture
def need(session: AuditedSession) -> Need:
    need = make_need(participant=make_participant(area=make_district()), title="会報を組む人")
    need.expires_on = LAST_DAY
    session.add(need)
    session.commit()
    return need


@pytest.fixture
def offer(session: AuditedSession, need: Need) -> Offer:
    offer = make_offer(participant=need.participant, title="集会所を貸します")
    offer.expires_on = LAST_DAY
    session.add(offer)
    session.commit()
    return offer


@pytest.fixture
def run_at(work_at: Callable[[Callable[[Flask], None], str], None]) -> Callable[[str], None]:
    """Return a function that keeps the clocks at a moment."""
    return partial(work_at, jobs.tidy)


def mails(session: AuditedSession) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).where(OutboxMail.template == "renewal").order_by(OutboxMail.id)))


def link_in(mail: OutboxMail) -> str:
    found = re.search(r"/renew/\S+", mail.body)
    assert found is not None
    return found[0]


def test_its_people_are_asked_once_two_weeks_before_it_ends(
    session: AuditedSession, chair: Account, run_at: Callable[[str], None]
) -> None:
    run_at(TOO_EARLY)
    assert mails(session) == []

    run_at(TWO_WEEKS_BEFORE)
    run_at(ON_THE_LAST_DAY)
    assert [mail.to_address for mail in mails(session)] == [chair.email]


def test_all_that_ends_is_asked_about_in_one_mail(
    session: AuditedSession, chair: Account, offer: Offer, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)

    (mail,) = mails(session)
    assert mail.to_account_id == chair.id
    assert "会報を組む人" in mail.body
    assert offer.title in mail.body
    assert mail.body.count("/renew/") == 2


def test_what_stands_without_an_end_is_never_asked_about(
    session: AuditedSession, chair: Account, need: Need, run_at: Callable[[str], None]
) -> None:
    need.expires_on = None

    run_at(THE_DAY_AFTER)

    assert chair.may_sign_in
    assert mails(session) == []
    assert need.is_open


def test_nobody_is_written_to_at_night(session: AuditedSession, chair: Account, run_at: Callable[[str], None]) -> None:
    run_at("2026-12-11T06:59:00+09:00")

    assert chair.may_sign_in
    assert mails(session) == []


def test_who_has_no_account_is_asked_through_a_coordinator(
    session: AuditedSession, need: Need, run_at: Callable[[str], None]
) -> None:
    coordinator = make_account(email="coordinator@hiyori.example")
    session.add(make_appointment(need.municipality, account=coordinator))

    run_at(TWO_WEEKS_BEFORE)

    (mail,) = mails(session)
    assert mail.to_address == coordinator.email
    assert f"/needs/{need.id}" in mail.body
    assert "/renew/" not in mail.body


def test_it_is_shown_on_its_last_day_and_ends_the_day_after(
    session: AuditedSession, need: Need, offer: Offer, run_at: Callable[[str], None]
) -> None:
    run_at(ON_THE_LAST_DAY)
    assert (need.status, offer.status) == (NeedStatus.OPEN, OfferStatus.OPEN)

    run_at(THE_DAY_AFTER)
    assert (need.status, offer.status) == (NeedStatus.EXPIRED, OfferStatus.EXPIRED)
    assert {job.need_id for job in session.scalars(select(Job))} == {need.id, None}


def test_what_was_suggested_for_it_gives_way_when_it_ends(
    session: AuditedSession, need: Need, run_at: Callable[[str], None]
) -> None:
    suggestion = make_suggestion(need=need)
    session.add(suggestion)

    run_at(THE_DAY_AFTER)

    assert suggestion.verdict == "superseded"


def test_one_tap_lets_it_stay_for_three_months(
    session: AuditedSession, chair: Account, need: Need, client: FlaskClient, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)
    link = link_in(mails(session)[0])

    assert client.get(link).status_code == 200
    assert need.expires_on == LAST_DAY
    assert client.post(link, data={"renewal": "still"}).status_code == 200

    assert chair.may_sign_in
    assert (need.status, need.expires_on) == (NeedStatus.OPEN, date(2027, 2, 24))


@pytest.mark.usefixtures("chair")
def test_one_tap_closes_it(
    session: AuditedSession, need: Need, client: FlaskClient, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)

    client.post(link_in(mails(session)[0]), data={"renewal": "over"})

    assert need.status is NeedStatus.WITHDRAWN


@pytest.mark.usefixtures("chair")
def test_what_has_ended_comes_back_by_the_same_link(
    session: AuditedSession, need: Need, client: FlaskClient, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)
    link = link_in(mails(session)[0])
    run_at(THE_DAY_AFTER)

    client.post(link, data={"renewal": "still"})

    assert need.is_open


@pytest.mark.usefixtures("chair")
def test_it_stays_until_a_day_or_without_an_end(
    session: AuditedSession, need: Need, offer: Offer, client: FlaskClient, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)
    of_need, of_offer = re.findall(r"/renew/\S+", mails(session)[0].body)

    client.post(of_need, data={"renewal": "until", "until": "令和９年３月３１日"})
    client.post(of_offer, data={"renewal": "standing"})

    assert {need.expires_on, offer.expires_on} == {date(2027, 3, 31), None}


@pytest.mark.usefixtures("chair")
@pytest.mark.parametrize("day", ["", "2026-11-01", "2030-01-01", "いつか"])
def test_a_day_that_cannot_be_is_named_and_changes_nothing(
    session: AuditedSession, need: Need, client: FlaskClient, run_at: Callable[[str], None], day: str
) -> None:
    run_at(TWO_WEEKS_BEFORE)

    answer = client.post(link_in(mails(session)[0]), data={"renewal": "until", "until": day})

    assert answer.status_code == 422
    assert 'href="#until"' in answer.text
    assert need.expires_on == LAST_DAY


@pytest.mark.usefixtures("chair")
def test_a_link_works_once(
    session: AuditedSession, need: Need, client: FlaskClient, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)
    link = link_in(mails(session)[0])
    client.post(link, data={"renewal": "still"})

    assert client.post(link, data={"renewal": "over"}).status_code == 410
    assert need.is_open


def test_a_link_does_not_outlive_the_office_of_its_reader(
    session: AuditedSession, chair: Account, need: Need, client: FlaskClient, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)
    for membership in chair.memberships:
        session.delete(membership)

    assert client.post(link_in(mails(session)[0]), data={"renewal": "over"}).status_code == 410
    assert need.is_open


def test_a_forged_link_opens_nothing(client: FlaskClient) -> None:
    assert client.get("/renew/forged").status_code == 410


@pytest.mark.usefixtures("chair")
def test_what_was_renewed_is_asked_about_again_before_its_next_end(
    session: AuditedSession, client: FlaskClient, run_at: Callable[[str], None]
) -> None:
    run_at(TWO_WEEKS_BEFORE)
    client.post(link_in(mails(session)[0]), data={"renewal": "still"})

    run_at("2027-02-10T09:00:00+09:00")

    assert len(mails(session)) == 2
