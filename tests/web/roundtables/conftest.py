from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from models import Account, Area, AuditedSession, Membership, Participant, Roundtable, RoundtableKind
from tests.factories import make_appointment, make_district, make_membership, make_municipality, make_participant


@dataclass
class Town:
    """A town with a body, its coordinator, one of another town, and a meeting that was called for yesterday."""

    session: AuditedSession
    municipality: Area
    north: Area
    association: Participant
    officer: Account
    coordinator: Account
    elsewhere: Account
    roundtable: Roundtable


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", "2026-12-02T03:00:00+00:00")
    municipality = make_municipality()
    north = make_district(municipality=municipality, name="北山地区")
    association = make_participant(name="北山町内会", area=north)
    membership: Membership = make_membership(association)
    roundtable = Roundtable(
        kind=RoundtableKind.ROUNDTABLE,
        title="十年後の買い物",
        starts_at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
        area=north,
    )
    found = Town(
        session=session,
        municipality=municipality,
        north=north,
        association=association,
        officer=membership.account,
        coordinator=make_appointment(municipality).account,
        elsewhere=make_appointment(make_municipality()).account,
        roundtable=roundtable,
    )
    session.add_all([north, association, membership, found.coordinator, found.elsewhere, roundtable])
    session.commit()
    return found
