from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from models import Account, Area, AuditedSession, AuditEntry, Base, Role
from models.audit import NOT_RECORDED
from tests.factories import (
    make_account,
    make_appointment,
    make_field,
    make_municipality,
    make_need,
    make_participant,
    make_partnership,
)
from web.operations.forms import SUBJECTS
from web.operations.queries.record import LIES_BY, PAGE_SIZE, SHARED, record

SignedIn = Callable[[Account], FlaskClient]


@pytest.fixture
def town(session: AuditedSession) -> Area:
    town = make_municipality()
    session.add(town)
    return town


@pytest.fixture
def administrator(session: AuditedSession, town: Area) -> Account:
    appointment = make_appointment(town, role=Role.ADMINISTRATOR, account=make_account(name="市役所 太郎"))
    session.add(appointment)
    session.commit()
    return appointment.account


def test_every_recorded_table_lies_somewhere_and_has_a_name() -> None:
    recorded = {name for name, table in Base.metadata.tables.items() if "id" in table.c} - set(NOT_RECORDED)

    assert recorded == {"accounts", "areas", *LIES_BY, *SHARED}
    assert recorded == set(SUBJECTS)


def test_an_administrator_sees_the_changes_of_the_own_town(
    session: AuditedSession, town: Area, administrator: Account
) -> None:
    partnership = make_partnership(need=make_need(participant=make_participant(area=town)))
    session.add(partnership)
    session.commit()

    page = record(session, administrator, subject=partnership.id)

    assert [change.entry.subject_table for change in page.changes] == ["partnerships"]


def test_an_administrator_does_not_see_the_changes_of_another_town(
    session: AuditedSession, administrator: Account
) -> None:
    foreign = make_need()
    session.add(foreign)
    session.commit()

    assert record(session, administrator, subject=foreign.id).total == 0


def test_what_all_places_share_is_seen_by_all(session: AuditedSession, administrator: Account) -> None:
    field = make_field()
    session.add(field)
    session.commit()

    assert record(session, administrator, subject=field.id).total == 1


def test_an_administrator_of_the_country_sees_everything(session: AuditedSession, town: Area) -> None:
    country = town.parent.parent if town.parent else None
    assert country is not None
    appointment = make_appointment(country, role=Role.ADMINISTRATOR)
    session.add_all([appointment, make_need()])
    session.commit()

    page = record(session, appointment.account)

    assert page.total == session.query(AuditEntry).count()


def test_who_did_it_is_named_by_the_account(session: AuditedSession, town: Area, administrator: Account) -> None:
    session.audit.actor_id = administrator.id
    participant = make_participant(area=town)
    session.add(participant)
    session.commit()

    assert record(session, administrator, subject=participant.id).changes[0].actor == "市役所 太郎"


def test_a_changed_column_is_told_with_before_and_after(
    session: AuditedSession, town: Area, administrator: Account
) -> None:
    need = make_need(participant=make_participant(area=town))
    session.add(need)
    session.commit()
    need.withdraw()
    session.commit()

    changes = record(session, administrator, subject=need.id).changes

    assert ("status", "open", "withdrawn") in changes[0].columns
    assert ("status", "", "open") in changes[1].columns


def test_long_records_come_in_pages(session: AuditedSession, town: Area, administrator: Account) -> None:
    session.add_all(make_participant(area=town) for _ in range(PAGE_SIZE + 5))
    session.commit()

    second = record(session, administrator, table="participants", number=2)

    assert (second.number, second.pages, len(second.changes)) == (2, 2, 5)
    assert record(session, administrator, table="participants", number=99).number == 2


def test_the_page_shows_the_entry_and_hides_personal_values(
    session: AuditedSession, signed_in: SignedIn, town: Area, administrator: Account
) -> None:
    session.add(make_participant(area=town, name="ひみつの会"))

    page = signed_in(administrator).get("/audit?table=participants&page=1")

    assert page.status_code == 200
    assert "participants" in page.text
    assert "ひみつの会" not in page.text


def test_what_is_no_number_of_a_row_is_told_at_the_field(signed_in: SignedIn, administrator: Account) -> None:
    page = signed_in(administrator).get("/audit?subject=1234")

    assert page.status_code == 422
    assert 'value="1234"' in page.text


def test_a_row_that_nobody_changed_has_an_empty_record(signed_in: SignedIn, administrator: Account) -> None:
    page = signed_in(administrator).get(f"/audit?subject={uuid4()}")

    assert page.status_code == 200
    assert "empty-state" in page.text


def test_the_record_is_closed_to_coordinators(session: AuditedSession, signed_in: SignedIn, town: Area) -> None:
    coordinator = make_appointment(town)
    session.add(coordinator)

    assert signed_in(coordinator.account).get("/audit").status_code == 403
