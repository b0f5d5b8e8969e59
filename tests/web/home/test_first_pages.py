"""What somebody meets first: no way that is closed to them."""

from collections.abc import Callable

from flask.testing import FlaskClient

from models import Account, AuditedSession, DraftKind, ParticipantKind, Role, utc_now
from tests.factories import (
    make_account,
    make_appointment,
    make_membership,
    make_municipality,
    make_offer,
    make_participant,
    make_resident,
)
from web.drafts import services as drafts


def test_an_administrator_who_coordinates_nothing_is_not_led_to_the_desk(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    appointment = make_appointment(make_municipality(), role=Role.ADMINISTRATOR)
    session.add(appointment)

    page = signed_in(appointment.account).get("/").text

    assert 'href="/board"' in page
    assert 'href="/desk"' not in page


def test_who_administers_and_coordinates_finds_both_on_the_first_page(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    appointment = make_appointment(make_municipality(), role=Role.ADMINISTRATOR)
    session.add_all([appointment, make_appointment(make_municipality(), account=appointment.account)])

    page = signed_in(appointment.account).get("/").text

    assert 'href="/board"' in page
    assert 'href="/desk"' in page


def test_who_began_a_need_goes_on_with_it_from_the_first_page(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    officer = make_membership(make_participant(kind=ParticipantKind.NEIGHBORHOOD_ASSOCIATION)).account
    session.add(officer)
    drafts.save(session, officer, DraftKind.NEED, {"title": ["みこしの担ぎ手"]}, at=utc_now())

    assert "みこしの担ぎ手" in signed_in(officer).get("/").text
    assert "みこしの担ぎ手" not in signed_in(make_account()).get("/").text


def test_a_residents_offer_leads_to_the_needs_that_fit_it(
    session: AuditedSession, signed_in: Callable[[Account], FlaskClient]
) -> None:
    resident = make_resident()
    offer = make_offer(participant=resident)
    account = make_membership(resident).account
    session.add_all([offer, account])
    browser = signed_in(account)

    assert f'href="/can-do/offers/{offer.id}"' in browser.get("/").text
