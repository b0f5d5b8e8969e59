from dataclasses import dataclass

import pytest

from models import Account, Area, AuditedSession, Participant
from tests.factories import make_account, make_appointment, make_district, make_municipality, make_participant


@dataclass
class Town:
    """A town with two districts, a body in one of them, and those who look after it or another town."""

    session: AuditedSession
    north: Area
    south: Area
    association: Participant
    coordinator: Account
    colleague: Account
    elsewhere: Account


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", "2026-12-01T03:00:00+00:00")
    municipality = make_municipality()
    north = make_district(municipality=municipality, name="北山地区")
    south = make_district(municipality=municipality, name="南原地区")
    found = Town(
        session=session,
        north=north,
        south=south,
        association=make_participant(name="北山町内会", area=north),
        coordinator=make_account(name="和泉 奈々"),
        colleague=make_account(name="北沢 純"),
        elsewhere=make_appointment(make_district()).account,
    )
    rows = [north, south, found.association, found.elsewhere]
    session.add_all(
        [*rows, *(make_appointment(municipality, account=one) for one in (found.coordinator, found.colleague))]
    )
    session.commit()
    return found
