"""What somebody meets first: no way that is closed to them."""

from collections.abc import Callable

from flask.testing import FlaskClient

from models import Account, AuditedSession, Role
from tests.factories import make_appointment, make_municipality


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
