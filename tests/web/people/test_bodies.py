import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, AuditedSession, Invitation, Membership, OutboxMail, Participant, Role, utc_now
from tests.factories import make_account, make_appointment, make_membership, make_participant, make_resident
from tests.factories.invitations import make_invitation

SignedIn = Callable[[Account], FlaskClient]
LINK = re.compile(r"https?://[^\s/]+(/invitations/\S+)")
CONTACT = {
    "contact_name": "次田 はる",
    "contact_email": "kaikan@hiyori.example",
    "contact_phone": "０１９１－００－０００２",
}


@dataclass
class Body:
    """An association, its officer, a member, and the neighbour who comes next."""

    association: Participant
    officer: Account
    member: Account
    successor: Account


@pytest.fixture
def body(session: AuditedSession) -> Body:
    association = make_participant(name="北山町内会", contact_email="kaikan@hiyori.example", contact_phone="090-OLD")
    officer = make_membership(association, account=make_account(name="前田 会長")).account
    member = make_membership(association, account=make_account(name="会員 一郎"), role=Role.MEMBER).account
    successor = make_account(name="次田 はる", email="next@hiyori.example")
    session.add_all([association, officer, member, successor])
    session.commit()
    return Body(association, officer, member, successor)


def newest_link(session: AuditedSession) -> str:
    statement = (
        select(OutboxMail.body).where(OutboxMail.template == "invitation").order_by(OutboxMail.created_at.desc())
    )
    found = LINK.search(session.scalars(statement.limit(1)).one())
    assert found is not None
    return found.group(1)


def role_of(session: AuditedSession, account: Account, participant: Participant) -> Role | None:
    return session.scalar(
        select(Membership.role).where(Membership.account_id == account.id, Membership.participant_id == participant.id)
    )


def hand_over(browser: FlaskClient, body: Body, **changes: str) -> int:
    values = {"email": "next@hiyori.example", "own_part": "leaves", **CONTACT}
    return browser.post(f"/participants/{body.association.id}/hand-over", data=values | changes).status_code


def test_a_manager_sees_who_speaks_for_the_body(body: Body, signed_in: SignedIn) -> None:
    page = signed_in(body.officer).get(f"/participants/{body.association.id}/people").text

    for text in ("前田 会長", "会員 一郎", body.member.email):
        assert text in page


def test_a_member_does_not_manage_the_people(body: Body, signed_in: SignedIn) -> None:
    browser = signed_in(body.member)

    assert browser.get(f"/participants/{body.association.id}/people").status_code == 404
    assert hand_over(browser, body) == 404


def test_a_coordinator_sees_names_without_addresses(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    coordinator = make_appointment(body.association.area).account
    session.add(coordinator)

    page = signed_in(coordinator).get(f"/participants/{body.association.id}/people").text

    assert "会員 一郎" in page
    assert body.member.email not in page


def test_a_person_has_no_people(session: AuditedSession, signed_in: SignedIn) -> None:
    account = make_membership(make_resident()).account
    session.add(account)
    session.commit()

    assert signed_in(account).get(f"/participants/{account.memberships[0].participant_id}/people").status_code == 404


def test_an_invitation_makes_a_member_of_whoever_accepts_it(
    body: Body, signed_in: SignedIn, session: AuditedSession
) -> None:
    signed_in(body.officer).post(
        f"/participants/{body.association.id}/people", data={"email": "Next@Hiyori.example", "role": "member"}
    )
    browser, link = signed_in(body.successor), newest_link(session)
    before = (browser.get(link).status_code, role_of(session, body.successor, body.association))

    answer = browser.post(link)

    assert before == (200, None)
    assert answer.location == f"/participants/{body.association.id}"
    assert role_of(session, body.successor, body.association) is Role.MEMBER
    told = session.scalars(select(OutboxMail).where(OutboxMail.template == "invitation-accepted")).one()
    assert told.to_address == body.officer.email


def test_an_invitation_is_accepted_once(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    invitation, link = make_invitation(body.association, by=body.officer)
    session.add(invitation)
    signed_in(body.successor).post(link)
    other = make_account()
    session.add(other)

    assert signed_in(other).post(link).status_code == 410
    assert role_of(session, other, body.association) is None


@pytest.mark.parametrize("ending", ["expired", "withdrawn", "inviter left", "made up"])
def test_an_invitation_that_does_not_stand_gives_nothing(
    body: Body, signed_in: SignedIn, session: AuditedSession, ending: str
) -> None:
    invitation, link = make_invitation(body.association, by=body.officer, days=0 if ending == "expired" else 14)
    session.add(invitation)
    session.commit()
    if ending == "withdrawn":
        signed_in(body.officer).post(f"/invitations/{invitation.id}/withdraw")
    elif ending == "inviter left":
        session.delete(body.officer.memberships[0])
    link = f"{link}x" if ending == "made up" else link

    assert signed_in(body.successor).post(link).status_code == 410
    assert role_of(session, body.successor, body.association) is None


def test_asking_the_same_address_again_replaces_the_older_link(
    body: Body, signed_in: SignedIn, session: AuditedSession
) -> None:
    browser, url = signed_in(body.officer), f"/participants/{body.association.id}/people"
    browser.post(url, data={"email": "next@hiyori.example", "role": "member"})
    older = newest_link(session)
    browser.post(url, data={"email": "next@hiyori.example", "role": "manager"})

    assert signed_in(body.successor).get(older).status_code == 410
    assert signed_in(body.successor).get(newest_link(session)).status_code == 200


def test_who_has_no_account_signs_up_and_comes_back(
    app: Flask, client: FlaskClient, body: Body, session: AuditedSession
) -> None:
    invitation, link = make_invitation(body.association, by=body.officer, email="new@hiyori.example")
    session.add(invitation)
    page = client.get(link)
    client.post("/sign-up", data={"name": "新田 さくら", "email": "new@hiyori.example"})
    mail = session.scalars(select(OutboxMail.body).where(OutboxMail.template == "welcome")).one()
    welcome = next(word for word in mail.split() if "/welcome/" in word)

    answer = app.test_client().post(welcome[welcome.index("/welcome/") :])

    assert "/sign-up" in page.text
    assert answer.location == link


def test_a_visitor_accepts_nothing(client: FlaskClient, body: Body, session: AuditedSession) -> None:
    invitation, link = make_invitation(body.association, by=body.officer)
    session.add(invitation)

    client.post(link)

    assert invitation.accepted_at is None


def test_the_form_asks_for_the_name_of_the_next_officer_and_not_of_the_present_one(
    body: Body, signed_in: SignedIn
) -> None:
    body.association.contact_name = "前田 会長"

    page = signed_in(body.officer).get(f"/participants/{body.association.id}/hand-over").text

    assert 'value="前田 会長"' not in page
    assert 'value="090-OLD"' in page


def test_an_office_is_handed_over_in_one_step(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    asked = hand_over(signed_in(body.officer), body)
    between = (role_of(session, body.officer, body.association), body.association.contact_phone)

    signed_in(body.successor).post(newest_link(session), data=CONTACT | {"contact_name": "次田 春"})

    assert (asked, between) == (303, (Role.MANAGER, "090-OLD"))
    assert role_of(session, body.successor, body.association) is Role.MANAGER
    assert role_of(session, body.officer, body.association) is None
    assert (body.association.contact_name, body.association.contact_email) == ("次田 春", "kaikan@hiyori.example")
    assert "OLD" not in body.association.contact_phone


def test_the_old_officer_may_stay_as_a_member(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    hand_over(signed_in(body.officer), body, own_part="stays")

    signed_in(body.successor).post(newest_link(session), data=CONTACT)

    assert role_of(session, body.officer, body.association) is Role.MEMBER


def test_a_member_can_become_the_next_officer(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    hand_over(signed_in(body.officer), body, email=body.member.email)

    signed_in(body.member).post(newest_link(session), data=CONTACT)

    assert role_of(session, body.member, body.association) is Role.MANAGER


def test_nobody_hands_over_to_themself(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    browser = signed_in(body.officer)
    hand_over(browser, body, email=body.officer.email)

    assert browser.post(newest_link(session), data=CONTACT).status_code == 403
    assert role_of(session, body.officer, body.association) is Role.MANAGER


def test_an_office_is_not_taken_over_without_contact_details(
    body: Body, signed_in: SignedIn, session: AuditedSession
) -> None:
    hand_over(signed_in(body.officer), body)

    answer = signed_in(body.successor).post(newest_link(session), data=CONTACT | {"contact_email": "no address"})

    assert answer.status_code == 422
    assert "no address" in answer.text
    assert role_of(session, body.officer, body.association) is Role.MANAGER


def test_the_last_manager_stays_until_somebody_takes_over(
    body: Body, signed_in: SignedIn, session: AuditedSession
) -> None:
    own = body.officer.memberships[0]

    answer = signed_in(body.officer).post(f"/memberships/{own.id}/end")

    assert answer.status_code == 409
    assert role_of(session, body.officer, body.association) is Role.MANAGER


def test_a_manager_goes_where_another_one_stays(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    session.add(make_membership(body.association, account=body.successor))
    session.commit()

    signed_in(body.officer).post(f"/memberships/{body.officer.memberships[0].id}/end")

    assert role_of(session, body.officer, body.association) is None


def test_a_member_stops_by_themself(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    answer = signed_in(body.member).post(f"/memberships/{body.member.memberships[0].id}/end")

    assert answer.location == "/account"
    assert role_of(session, body.member, body.association) is None


def test_a_member_removes_nobody_else(body: Body, signed_in: SignedIn, session: AuditedSession) -> None:
    assert signed_in(body.member).post(f"/memberships/{body.officer.memberships[0].id}/end").status_code == 404
    assert role_of(session, body.officer, body.association) is Role.MANAGER


def test_a_removed_member_is_out_with_the_next_request(body: Body, signed_in: SignedIn) -> None:
    member = signed_in(body.member)
    before = member.get("/needs/new").status_code

    signed_in(body.officer).post(f"/memberships/{body.member.memberships[0].id}/end")

    assert (before, member.get("/needs/new").status_code) == (200, 403)


def test_an_invited_person_who_is_forgotten_leaves_no_address_behind(
    body: Body, signed_in: SignedIn, session: AuditedSession
) -> None:
    invitation, _ = make_invitation(body.association, by=body.officer)
    session.add(invitation)
    session.commit()

    signed_in(body.successor).post("/account/erase", data={"sure": "y"})

    assert session.scalars(select(Invitation).where(Invitation.created_at <= utc_now())).all() == []
