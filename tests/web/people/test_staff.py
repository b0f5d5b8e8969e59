from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, Appointment, Area, AuditedSession, Invitation, OutboxMail, Role
from tests.factories import make_account, make_appointment, make_district, make_municipality
from tests.factories.invitations import make_invitation

SignedIn = Callable[[Account], FlaskClient]


@dataclass
class Town:
    """A municipality with a district, who administers it, and who coordinates."""

    municipality: Area
    district: Area
    administrator: Account
    coordinator: Account
    elsewhere: Area


@pytest.fixture
def town(session: AuditedSession) -> Town:
    district = make_district()
    assert district.parent is not None
    town = Town(
        municipality=district.parent,
        district=district,
        administrator=make_appointment(district.parent, role=Role.ADMINISTRATOR).account,
        coordinator=make_appointment(district, account=make_account(name="調整 花子")).account,
        elsewhere=make_municipality(name="隣市"),
    )
    session.add_all([district, town.administrator, town.coordinator, town.elsewhere])
    session.commit()
    return town


def roles_of(session: AuditedSession, account: Account) -> list[Role]:
    return list(session.scalars(select(Appointment.role).where(Appointment.account_id == account.id)))


def invite(browser: FlaskClient, area: Area, role: str = "coordinator", email: str = "next@hiyori.example") -> int:
    return browser.post("/people", data={"email": email, "role": role, "area": str(area.id)}).status_code


def test_an_administrator_sees_the_staff_of_their_places_alone(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    session.add(make_appointment(town.elsewhere, account=make_account(name="隣の調整")))

    page = signed_in(town.administrator).get("/people").text

    assert "調整 花子" in page
    assert "隣の調整" not in page


def test_staff_are_not_for_coordinators(town: Town, signed_in: SignedIn) -> None:
    assert signed_in(town.coordinator).get("/people").status_code == 403
    assert invite(signed_in(town.coordinator), town.district) == 403


def test_an_invited_coordinator_accepts_and_finds_the_desk(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    next_one = make_account(email="next@hiyori.example")
    session.add(next_one)
    sent = invite(signed_in(town.administrator), town.district)
    body = session.scalars(select(OutboxMail.body).where(OutboxMail.template == "invitation")).one()
    link = next(word for word in body.split() if "/invitations/" in word)
    browser = signed_in(next_one)
    before = browser.get("/desk").status_code

    browser.post(link[link.index("/invitations/") :])

    assert (sent, before, browser.get("/desk").status_code) == (303, 403, 200)


def test_nobody_is_appointed_to_a_place_that_the_administrator_does_not_cover(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    assert invite(signed_in(town.administrator), town.elsewhere) == 422
    assert session.scalars(select(Invitation)).all() == []


def test_a_place_is_given_only_to_the_address_that_was_asked(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    other = make_account()
    invitation, link = make_invitation(town.district, by=town.administrator)
    session.add_all([other, invitation])

    assert signed_in(other).post(link).status_code == 403
    assert roles_of(session, other) == []


def test_an_invitation_ends_with_the_right_of_whoever_invited(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    next_one = make_account(email="next@hiyori.example")
    invitation, link = make_invitation(town.district, by=town.administrator)
    session.add_all([next_one, invitation])
    session.delete(town.administrator.appointments[0])

    assert signed_in(next_one).post(link).status_code == 410


def test_an_appointment_ends_at_once(town: Town, signed_in: SignedIn) -> None:
    coordinator = signed_in(town.coordinator)
    before = coordinator.get("/desk").status_code

    signed_in(town.administrator).post(f"/appointments/{town.coordinator.appointments[0].id}/end")

    assert (before, coordinator.get("/desk").status_code) == (200, 403)


def test_the_last_administrator_of_a_place_stays(town: Town, signed_in: SignedIn, session: AuditedSession) -> None:
    answer = signed_in(town.administrator).post(f"/appointments/{town.administrator.appointments[0].id}/end")

    assert answer.status_code == 409
    assert roles_of(session, town.administrator) == [Role.ADMINISTRATOR]


def test_an_administrator_goes_where_another_one_stays(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    session.add(make_appointment(town.municipality, role=Role.ADMINISTRATOR))
    session.commit()

    answer = signed_in(town.administrator).post(f"/appointments/{town.administrator.appointments[0].id}/end")

    assert answer.location == "/account"
    assert roles_of(session, town.administrator) == []


def test_an_administrator_of_the_district_alone_does_not_replace_that_of_the_town(
    town: Town, signed_in: SignedIn, session: AuditedSession
) -> None:
    session.add(make_appointment(town.district, role=Role.ADMINISTRATOR))
    session.commit()

    answer = signed_in(town.administrator).post(f"/appointments/{town.administrator.appointments[0].id}/end")

    assert answer.status_code == 409


def test_appointments_elsewhere_are_out_of_reach(town: Town, signed_in: SignedIn, session: AuditedSession) -> None:
    there = make_appointment(town.elsewhere)
    session.add(there)
    session.commit()

    assert signed_in(town.administrator).post(f"/appointments/{there.id}/end").status_code == 404
    assert roles_of(session, there.account) == [Role.COORDINATOR]
