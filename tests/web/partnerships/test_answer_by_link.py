import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditEntry, ConsentChannel, Enquiry, Partnership, Reply, SignIn, Stage, utc_now
from tests.factories import make_account, make_appointment
from web.partnerships import queries, services

LINK = re.compile(r"(/answer/\S+)")


def link_to(town: Any, address: str) -> str:
    mail = next(mail for mail in town.mails("enquiry") if mail.to_address == address)
    found = LINK.search(mail.body)
    assert found is not None
    return found.group(1)


def asked_person(partnership: Partnership) -> Enquiry:
    return partnership.parties[2].enquiry


def test_the_mail_leads_to_the_question_without_a_sign_in(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()

    page = client.get(link_to(town, town.person.email))

    assert page.status_code == 200
    for text in (partnership.title, "北山町内会", "調整 太郎", "実の利用者"):
        assert text in page.text


def test_the_link_shows_no_contact_details(town: Any, client: FlaskClient) -> None:
    town.propose()

    page = client.get(link_to(town, town.person.email)).text

    for hidden in ("minoru@hiyori.example", "kitayama@hiyori.example", "0191-00-0001", town.person.email):
        assert hidden not in page


def test_looking_at_the_link_changes_nothing(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    entries = len(town.session.scalars(select(AuditEntry.id)).all())

    client.get(link_to(town, town.person.email))

    assert asked_person(partnership).reply is None
    assert len(town.session.scalars(select(AuditEntry.id)).all()) == entries


def test_one_tap_says_yes_as_the_account_that_got_the_mail(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    link = link_to(town, town.person.email)

    answer = client.post(link, data={"reply": "yes"})

    enquiry = asked_person(partnership)
    assert (answer.status_code, answer.location) == (303, link)
    assert (enquiry.reply, enquiry.answered_by, enquiry.channel) == (Reply.YES, town.person, ConsentChannel.WEB)
    entry = town.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == enquiry.id).order_by(AuditEntry.sequence.desc())
    ).first()
    assert (entry.actor_id, entry.via) == (town.person.id, "link")


def test_the_link_signs_nobody_in(town: Any, client: FlaskClient) -> None:
    town.propose()

    client.post(link_to(town, town.person.email), data={"reply": "yes"})

    assert town.session.scalars(select(SignIn)).all() == []
    assert client.get("/account").status_code == 302


def test_who_says_yes_by_link_can_agree_to_publication(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    link = link_to(town, town.person.email)

    asked = client.get(link).text
    client.post(link, data={"reply": "yes", "publishes": "y"})

    assert 'name="publishes"' in asked
    assert partnership.parties[2].publishes_at is not None
    assert partnership.parties[1].publishes_at is None


def test_a_no_by_link_names_its_reason(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    link = link_to(town, town.person.email)

    without = client.post(link, data={"reply": "no", "note": "またの機会に"})
    client.post(link, data={"reply": "no", "reason": "no_time", "note": "またの機会に"})

    assert without.status_code == 422
    assert "またの機会に" in without.text
    assert partnership.stage is Stage.DECLINED
    assert asked_person(partnership).note == "またの機会に"


def test_an_answer_by_link_is_given_once(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    link = link_to(town, town.person.email)
    client.post(link, data={"reply": "yes"})

    again = client.post(link, data={"reply": "no", "reason": "no_time"})

    assert again.status_code == 409
    assert asked_person(partnership).reply is Reply.YES
    assert 'name="reply"' not in client.get(link).text


def test_a_changed_link_opens_nothing(town: Any, client: FlaskClient) -> None:
    town.propose()
    link = link_to(town, town.person.email)

    assert client.get(link[:-2] + "xx").status_code == 410
    assert client.post("/answer/made-up", data={"reply": "yes"}).status_code == 410


def test_a_link_signed_for_another_account_opens_nothing(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    token = queries.answer_token(town.session, asked_person(partnership), town.chair)

    assert client.post(f"/answer/{token}", data={"reply": "yes"}).status_code == 410
    assert asked_person(partnership).reply is None


def test_who_no_longer_speaks_for_the_party_answers_no_longer(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    link = link_to(town, town.manager.email)
    town.session.delete(town.manager.memberships[0])

    assert client.post(link, data={"reply": "yes"}).status_code == 410
    assert partnership.parties[1].enquiry.reply is None


def test_a_suspended_account_answers_no_longer(town: Any, client: FlaskClient) -> None:
    town.propose()
    town.person.suspend(at=utc_now())

    assert client.post(link_to(town, town.person.email), data={"reply": "yes"}).status_code == 410


def test_after_the_release_the_link_says_that_no_answer_is_needed(town: Any, client: FlaskClient) -> None:
    partnership = town.propose()
    services.withdraw(town.session, partnership, by=town.coordinator, at=partnership.proposed_at)

    answer = client.post(link_to(town, town.person.email), data={"reply": "yes"})

    assert answer.status_code == 409
    assert asked_person(partnership).reply is None
    assert client.get(link_to(town, town.person.email)).status_code == 200


def test_a_link_is_too_old_some_day(town: Any) -> None:
    partnership = town.propose()
    enquiry = asked_person(partnership)
    token = queries.answer_token(town.session, enquiry, town.person)

    late = enquiry.sent_at + timedelta(days=60)

    assert queries.asked_by_link(town.session, token, at=late - timedelta(seconds=1)) is not None
    assert queries.asked_by_link(town.session, token, at=late) is None


def test_staff_sign_in_before_they_answer(town: Any, client: FlaskClient) -> None:
    town.session.add(make_appointment(town.district, account=town.chair))
    town.session.flush()
    partnership = town.propose()
    mail = next(mail for mail in town.mails("enquiry") if mail.to_address == town.chair.email)
    token = queries.answer_token(town.session, partnership.parties[0].enquiry, town.chair)

    assert f"/enquiries/{partnership.parties[0].enquiry.id}" in mail.body
    assert client.get(f"/answer/{token}").status_code == 410


def test_the_answer_counts_for_the_account_of_the_mail_whoever_is_signed_in(
    town: Any, signed_in: Callable[[Account], FlaskClient]
) -> None:
    partnership = town.propose()
    other = make_account()
    town.session.add(other)

    signed_in(other).post(link_to(town, town.person.email), data={"reply": "yes", "_once": "a key"})

    assert asked_person(partnership).answered_by is town.person


def test_links_cannot_be_tried_without_end(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_limits=True).test_client()

    answers = {client.get("/answer/made-up").status_code for _ in range(121)}

    assert answers == {410, 429}


@pytest.mark.parametrize(("locale", "words"), [("ja", "ログインはいりません"), ("en", "you need not sign in")])
def test_the_mail_says_in_the_readers_language_that_no_sign_in_is_needed(town: Any, locale: str, words: str) -> None:
    town.person.locale = locale
    town.propose()

    mail = next(mail for mail in town.mails("enquiry") if mail.to_address == town.person.email)

    assert words in mail.body
