"""A body asks something of the administration, says what it does itself, and gets an answer with a reason."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, ConsentChannel, OutboxMail, Petition, PetitionAnswer, Role, utc_now
from models.errors import InvalidValue
from tests.factories import make_appointment
from web.petitions import jobs
from web.petitions.queries import due

SignedIn = Callable[[Account], FlaskClient]


def typed(town: Any, **changes: str) -> dict[str, str]:
    return {
        "participant": str(town.association.id),
        "title": "交差点の街灯",
        "text": "夜は足もとが見えない。",
        "priority": "1",
        "own_role": "電球の見回りをする",
        "burden": "",
        "addressed_to": "",
        "received_on": "2026/11/28",
    } | changes


def handed_in(town: Any, browser: FlaskClient, **changes: str) -> Petition:
    answer = browser.post("/petitions/new", data=typed(town, **changes))
    assert answer.status_code == 303, answer.text
    town.session.expire_all()
    found = town.session.scalars(select(Petition)).one()
    assert isinstance(found, Petition)
    return found


def answered(browser: FlaskClient, found: Petition, **changes: str) -> int:
    data = {"answer": "partly", "text": "来年度に1基つけます。", "goal": "", "version": str(found.version)} | changes
    return browser.post(f"/petitions/{found.id}/answer", data=data).status_code


def mails(town: Any, template: str) -> list[str]:
    town.session.rollback()  # what is read next is what stands now
    found = town.session.scalars(select(OutboxMail.to_address).where(OutboxMail.template == template))
    return list(found)


def test_an_answer_is_due_thirty_days_after_the_body_asked(town: Any, signed_in: SignedIn) -> None:
    found = handed_in(town, signed_in(town.officer))

    assert (found.received_on, found.answer_due_on) == (date(2026, 12, 1), date(2026, 12, 31))
    assert found.channel is ConsentChannel.WEB
    assert mails(town, "petition-received") == [town.coordinator.email]


def test_a_coordinator_writes_for_a_body_and_says_in_which_way_it_told(town: Any, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    for_others = {"participant": str(town.on_paper.id)}

    assert browser.post("/petitions/new", data=typed(town, **for_others)).status_code == 422
    found = handed_in(town, browser, channel="paper", **for_others)
    assert (found.channel, found.received_on) == (ConsentChannel.PAPER, date(2026, 11, 28))
    assert "南原自治会" in browser.get(f"/petitions/{found.id}").text


def test_nobody_asks_for_a_body_of_another_town(town: Any, signed_in: SignedIn) -> None:
    answer = signed_in(town.elsewhere).post("/petitions/new", data=typed(town, channel="paper"))

    assert answer.status_code == 422
    assert town.session.scalars(select(Petition)).all() == []


@pytest.mark.parametrize("missing", ["title", "text", "priority"])
def test_what_is_missing_is_asked_for_and_nothing_is_lost(town: Any, signed_in: SignedIn, missing: str) -> None:
    answer = signed_in(town.officer).post("/petitions/new", data=typed(town, **{missing: ""}))

    assert answer.status_code == 422
    assert "電球の見回りをする" in answer.text


def test_everybody_reads_it_when_it_is_answered_and_not_before(
    town: Any, signed_in: SignedIn, client: FlaskClient
) -> None:
    found = handed_in(town, signed_in(town.officer))
    assert client.get(f"/petitions/{found.id}").status_code != 200
    assert found.title not in client.get("/petitions").text

    assert answered(signed_in(town.coordinator), found) == 303

    assert "来年度に1基つけます。" in client.get(f"/petitions/{found.id}").text
    assert found.title in client.get("/petitions").text
    assert mails(town, "petition-answered") == [town.officer.email]


def test_an_answer_that_is_not_public_reaches_the_body_alone(
    town: Any, signed_in: SignedIn, client: FlaskClient
) -> None:
    found = handed_in(town, signed_in(town.officer))
    answered(signed_in(town.coordinator), found, is_private="y")

    assert client.get(f"/petitions/{found.id}").status_code != 200
    assert "来年度に1基つけます。" in signed_in(town.officer).get(f"/petitions/{found.id}").text


def test_an_answer_without_a_reason_is_refused(town: Any, signed_in: SignedIn) -> None:
    found = handed_in(town, signed_in(town.officer))

    assert answered(signed_in(town.coordinator), found, text="") == 422
    with pytest.raises(InvalidValue):
        found.reply(PetitionAnswer.LATER, "", public=True, by=None, on=date(2026, 12, 2))


def test_a_petition_is_answered_once(town: Any, signed_in: SignedIn) -> None:
    found, browser = handed_in(town, signed_in(town.officer)), signed_in(town.coordinator)
    answered(browser, found)

    assert answered(browser, found) == 409


def test_the_body_does_not_answer_itself(town: Any, signed_in: SignedIn) -> None:
    found = handed_in(town, signed_in(town.officer))

    assert answered(signed_in(town.officer), found) == 404
    assert answered(signed_in(town.elsewhere), found) == 404


def test_where_nobody_coordinates_the_administrator_hears_of_it(town: Any, signed_in: SignedIn) -> None:
    administrator = make_appointment(town.association.area.tenant, role=Role.ADMINISTRATOR)
    town.session.add(administrator)
    town.coordinator.suspend(at=utc_now())
    town.session.commit()

    handed_in(town, signed_in(town.officer))

    assert mails(town, "petition-received") == [administrator.account.email]


def test_who_owes_an_answer_is_reminded_once_when_it_is_due_in_five_business_days(
    town: Any, app: Flask, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in(town, signed_in(town.officer))

    for day in ("2026-12-18", "2026-12-24", "2026-12-25"):
        monkeypatch.setenv("ENISHI_NOW", f"{day}T03:00:00+00:00")
        jobs.tidy(app)
        assert (mails(town, "petition-due") == []) == (day == "2026-12-18")

    assert mails(town, "petition-due") == [town.coordinator.email]


def test_what_is_due_stands_before_the_coordinator_until_it_is_answered(town: Any, signed_in: SignedIn) -> None:
    found = handed_in(town, signed_in(town.officer))

    assert due(town.session, town.coordinator, date(2026, 12, 1)) == []
    assert due(town.session, town.coordinator, date(2026, 12, 28)) == [found]
    assert due(town.session, town.elsewhere, date(2026, 12, 28)) == []
    answered(signed_in(town.coordinator), found)
    town.session.expire_all()
    assert due(town.session, town.coordinator, date(2026, 12, 28)) == []


def test_the_words_are_changed_until_it_is_answered(town: Any, signed_in: SignedIn) -> None:
    found, officer = handed_in(town, signed_in(town.officer)), signed_in(town.officer)
    changed = typed(town, title="交差点と橋の街灯", version=str(found.version))

    assert officer.post(f"/petitions/{found.id}/edit", data=changed).status_code == 303
    town.session.expire_all()
    assert (found.title, found.answer_due_on) == ("交差点と橋の街灯", date(2026, 12, 31))

    assert officer.post(f"/petitions/{found.id}/edit", data=changed).status_code == 409
    answered(signed_in(town.coordinator), found)
    assert officer.get(f"/petitions/{found.id}/edit").status_code == 409


def test_what_is_missing_in_the_change_is_asked_for(town: Any, signed_in: SignedIn) -> None:
    found, officer = handed_in(town, signed_in(town.officer)), signed_in(town.officer)

    answer = officer.post(f"/petitions/{found.id}/edit", data=typed(town, title="", version=str(found.version)))

    assert answer.status_code == 422
    assert "電球の見回りをする" in answer.text


def test_a_coordinator_changes_only_what_was_told_and_not_what_a_body_wrote(town: Any, signed_in: SignedIn) -> None:
    found = handed_in(town, signed_in(town.officer))
    coordinator = signed_in(town.coordinator)
    assert coordinator.get(f"/petitions/{found.id}/edit").status_code == 404

    found.channel = ConsentChannel.PAPER
    town.session.commit()
    assert coordinator.get(f"/petitions/{found.id}/edit").status_code == 200
    assert signed_in(town.elsewhere).get(f"/petitions/{found.id}/edit").status_code == 404


def test_what_is_taken_back_waits_for_no_answer_and_gets_none(town: Any, signed_in: SignedIn) -> None:
    found = handed_in(town, signed_in(town.officer))

    signed_in(town.officer).post(f"/petitions/{found.id}/withdraw")

    town.session.expire_all()
    assert not found.is_open
    assert due(town.session, town.coordinator, date(2027, 3, 1)) == []
    assert mails(town, "petition-withdrawn") == [town.coordinator.email]
    assert answered(signed_in(town.coordinator), found) == 409


def test_what_was_public_is_shown_no_longer_and_can_be_shown_again(
    town: Any, signed_in: SignedIn, client: FlaskClient
) -> None:
    found, coordinator = handed_in(town, signed_in(town.officer)), signed_in(town.coordinator)
    answered(coordinator, found)

    for public, readable in (("", False), ("y", True)):
        town.session.expire_all()
        sent = {"public": public, "version": str(found.version)}
        assert coordinator.post(f"/petitions/{found.id}/publication", data=sent).status_code == 303
        client.delete_cookie("session")
        assert (client.get(f"/petitions/{found.id}").status_code == 200) is readable
    assert mails(town, "petition-published") == [town.officer.email] * 2
