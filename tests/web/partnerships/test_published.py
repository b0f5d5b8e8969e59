"""A partnership is public when every party agreed; persons appear only as residents."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Account, Participant, Partnership, Party, Stage, utc_now
from tests.factories import (
    make_appointment,
    make_field,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
)

Browse = Callable[[Account], FlaskClient]


@pytest.fixture
def running(session: Session) -> Partnership:
    """Return a partnership of a body that is helped by a company and a resident."""
    town = make_municipality()
    need = make_need(participant=make_participant(area=town, name="中里自治会"), title="農道の草刈り")
    need.fields = [make_field(code="environment")]
    offers = [
        make_offer(participant=make_participant(area=town, name="草野造園")),
        make_offer(participant=make_resident(area=town, name="若草 一郎")),
    ]
    partnership = make_partnership(stage=Stage.RUNNING, need=need, offers=offers)
    session.add(partnership)
    return partnership


@pytest.fixture
def public(running: Partnership) -> Partnership:
    for party in running.parties:
        party.publish(at=utc_now())
    return running


def voice(session: Session, participant: Participant) -> Account:
    membership = make_membership(participant)
    session.add(membership)
    return membership.account


def say(browser: FlaskClient, party: Party, reply: str) -> int:
    data = {"party": str(party.id), "reply": reply}
    return browser.post(f"/partnerships/{party.partnership_id}/publication", data=data).status_code


def test_anybody_reads_what_all_agreed_to_show(public: Partnership, client: FlaskClient) -> None:
    listed = client.get("/partnerships/public").text
    page = client.get(f"/partnerships/public/{public.id}").text

    for text in (listed, page):
        assert "農道の草刈り" in text
        assert "草野造園" in text
        assert "市民1名" in text
        assert "若草" not in text


def test_one_party_that_did_not_agree_keeps_it_private(public: Partnership, client: FlaskClient) -> None:
    public.parties[-1].keep_private()

    assert "農道の草刈り" not in client.get("/partnerships/public").text
    assert client.get(f"/partnerships/public/{public.id}").location == "/sign-in"


@pytest.mark.parametrize("stage", [Stage.PROPOSED, Stage.DECLINED])
def test_what_not_all_said_yes_to_is_never_public(session: Session, client: FlaskClient, stage: Stage) -> None:
    partnership = make_partnership(stage=stage)
    for party in partnership.parties:
        party.publish(at=utc_now())
    session.add(partnership)

    assert partnership.title not in client.get("/partnerships/public").text
    assert client.get(f"/partnerships/public/{partnership.id}").location == "/sign-in"


def test_a_list_is_narrowed_down_by_place_and_field(public: Partnership, client: FlaskClient) -> None:
    path = public.need.area.path

    def holds(query: str) -> bool:
        return "農道の草刈り" in client.get(f"/partnerships/public?{query}").text

    assert holds(f"area={path}&field=environment")
    assert holds(f"area={path.rsplit('.', 1)[0]}")
    assert not holds("field=tourism")
    assert not holds(f"area={path}x")


def test_a_party_agrees_and_takes_it_back(session: Session, running: Partnership, signed_in: Browse) -> None:
    party = running.parties[1]
    browser = signed_in(voice(session, party.participant))

    assert say(browser, party, "yes") == 303
    assert party.publishes_at is not None
    assert say(browser, party, "no") == 303
    assert party.publishes_at is None


def test_nobody_agrees_for_another_party(session: Session, running: Partnership, signed_in: Browse) -> None:
    browser = signed_in(voice(session, running.parties[0].participant))

    assert say(browser, running.parties[1], "yes") == 403
    assert running.parties[1].publishes_at is None


def test_a_coordinator_notes_it_only_for_those_without_an_account(
    session: Session, running: Partnership, signed_in: Browse
) -> None:
    appointment = make_appointment(running.municipality)
    session.add(appointment)
    voice(session, running.parties[0].participant)
    browser = signed_in(appointment.account)

    assert say(browser, running.parties[0], "yes") == 403
    assert say(browser, running.parties[1], "yes") == 303


def test_parties_see_beforehand_what_would_be_shown(
    session: Session, running: Partnership, signed_in: Browse, client: FlaskClient
) -> None:
    browser = signed_in(voice(session, running.parties[0].participant))

    assert "若草" not in browser.get(f"/partnerships/public/{running.id}").text
    assert client.get(f"/partnerships/public/{running.id}").location == "/sign-in"


def test_a_yes_can_agree_to_publication_at_once(session: Session, signed_in: Browse) -> None:
    partnership = make_partnership()
    session.add(partnership)
    party = partnership.parties[0]
    party.participant.open_enquiries = 1
    browser = signed_in(voice(session, party.participant))

    browser.post(f"/enquiries/{party.enquiry.id}", data={"reply": "yes", "publishes": "y"})

    assert party.publishes_at is not None


def test_a_plain_yes_publishes_nothing(session: Session, signed_in: Browse) -> None:
    partnership = make_partnership()
    session.add(partnership)
    party = partnership.parties[0]
    party.participant.open_enquiries = 1
    browser = signed_in(voice(session, party.participant))

    browser.post(f"/enquiries/{party.enquiry.id}", data={"reply": "yes"})

    assert party.publishes_at is None
