"""Who has no account answers by telephone or on paper, and a coordinator writes it down."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models import Account, ConsentChannel, Enquiry, Membership, Reply, Stage
from tests.factories import make_account, make_appointment, make_municipality
from web.acts.queries import REPLY, done_for

SignedIn = Callable[[Account], FlaskClient]


@pytest.fixture
def asked(town: Any) -> Enquiry:
    """Return the enquiry to a company that nobody speaks for here."""
    for membership in town.session.query(Membership).filter_by(participant_id=town.company.id):
        town.session.delete(membership)
    partnership = town.propose()
    enquiry: Enquiry = partnership.parties[1].enquiry
    return enquiry


def said(town: Any, **typed: str) -> dict[str, str]:
    return {"channel": "telephone", "reply": "no", "reason": town.reason.code} | typed


def test_a_coordinator_notes_a_yes_that_was_said_by_telephone(town: Any, asked: Enquiry, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)

    answer = browser.post(f"/enquiries/{asked.id}/note", data=said(town, reply="yes"))

    assert answer.status_code == 303
    assert (asked.reply, asked.channel) == (Reply.YES, ConsentChannel.TELEPHONE)
    assert asked.answered_by_id == town.coordinator.id


def test_the_party_reads_who_said_it_and_who_wrote_it_down(town: Any, asked: Enquiry, signed_in: SignedIn) -> None:
    signed_in(town.coordinator).post(f"/enquiries/{asked.id}/note", data=said(town, reply="yes", said_by="町田 太郎"))

    reply = next(done for done in done_for(town.session, town.company) if done.what == REPLY)

    assert (reply.said_by, reply.entered_by) == ("町田 太郎", town.coordinator.name)


def test_a_noted_no_ends_the_proposal_with_its_reason(town: Any, asked: Enquiry, signed_in: SignedIn) -> None:
    signed_in(town.coordinator).post(f"/enquiries/{asked.id}/note", data=said(town, note="来年なら"))

    assert asked.party.partnership.stage is Stage.DECLINED
    assert (asked.reason_id, asked.note) == (town.reason.id, "来年なら")


def test_the_page_of_the_partnership_leads_there_while_the_answer_is_awaited(
    town: Any, asked: Enquiry, signed_in: SignedIn
) -> None:
    browser, page = signed_in(town.coordinator), f"/partnerships/{asked.party.partnership_id}"

    assert f"/enquiries/{asked.id}/note" in browser.get(page).text
    browser.post(f"/enquiries/{asked.id}/note", data=said(town, reply="yes"))
    assert f"/enquiries/{asked.id}/note" not in browser.get(page).text


def test_who_has_an_account_answers_for_themselves(town: Any, asked: Enquiry, signed_in: SignedIn) -> None:
    own = asked.party.partnership.parties[0].enquiry
    browser = signed_in(town.coordinator)

    assert browser.get(f"/enquiries/{own.id}/note").status_code == 303
    browser.post(f"/enquiries/{own.id}/note", data=said(town, reply="yes"))

    assert own.reply is None


def test_a_coordinator_of_another_place_notes_nothing(town: Any, asked: Enquiry, signed_in: SignedIn) -> None:
    stranger = make_account(email="elsewhere@hiyori.example")
    town.session.add(make_appointment(make_municipality(), account=stranger))

    assert signed_in(stranger).post(f"/enquiries/{asked.id}/note", data=said(town, reply="yes")).status_code == 404
    assert asked.reply is None


@pytest.mark.parametrize(
    "typed", [{"reply": ""}, {"reply": "perhaps"}, {"channel": "web"}, {"reply": "no", "reason": ""}]
)
def test_what_is_missing_is_named_and_changes_nothing(
    town: Any, asked: Enquiry, signed_in: SignedIn, typed: dict[str, str]
) -> None:
    answer = signed_in(town.coordinator).post(f"/enquiries/{asked.id}/note", data=said(town, **typed))

    assert answer.status_code == 422
    assert asked.reply is None


def test_it_is_noted_once(town: Any, asked: Enquiry, signed_in: SignedIn) -> None:
    browser = signed_in(town.coordinator)
    browser.post(f"/enquiries/{asked.id}/note", data=said(town, reply="yes"))

    browser.post(f"/enquiries/{asked.id}/note", data=said(town))

    assert asked.reply is Reply.YES
