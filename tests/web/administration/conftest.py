from dataclasses import dataclass

import pytest

from models import Account, Area, AuditedSession, Role
from tests.factories import make_account, make_appointment, make_district, make_municipality


@dataclass
class Town:
    """A municipality with two districts, and its administrator."""

    session: AuditedSession
    municipality: Area
    north: Area
    south: Area
    administrator: Account


@pytest.fixture
def town(session: AuditedSession) -> Town:
    municipality = make_municipality()
    town = Town(
        session=session,
        municipality=municipality,
        north=make_district(municipality=municipality, code="kitayama", name="北山"),
        south=make_district(municipality=municipality, code="minamino", name="南野"),
        administrator=make_account(name="管理 花子"),
    )
    session.add_all(
        [town.north, town.south, make_appointment(municipality, account=town.administrator, role=Role.ADMINISTRATOR)]
    )
    session.commit()
    return town
