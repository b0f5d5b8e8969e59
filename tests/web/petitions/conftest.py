from dataclasses import dataclass

import pytest

from models import Account, Area, AuditedSession, Membership, Participant
from tests.factories import make_appointment, make_district, make_membership, make_municipality, make_participant


@dataclass
class Town:
    """A town with two bodies, one of them without an account, its coordinator, and one of another town."""

    session: AuditedSession
    north: Area
    association: Participant
    on_paper: Participant
    officer: Account
    coordinator: Account
    elsewhere: Account


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", "2026-12-01T03:00:00+00:00")
    municipality = make_municipality()
    north = make_district(municipality=municipality, name="北山地区")
    association = make_participant(name="北山町内会", area=north)
    membership: Membership = make_membership(association)
    found = Town(
        session=session,
        north=north,
        association=association,
        on_paper=make_participant(name="南原自治会", area=north),
        officer=membership.account,
        coordinator=make_appointment(municipality).account,
        elsewhere=make_appointment(make_municipality()).account,
    )
    session.add_all([north, association, membership, found.on_paper, found.coordinator, found.elsewhere])
    session.commit()
    return found
