from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from models import Account, Area, IndicatorChoice, Participant, ParticipantKind, Role
from tests.factories import (
    make_appointment,
    make_choice,
    make_district,
    make_membership,
    make_municipality,
    make_participant,
)

NOW = "2026-11-22T03:00:00+00:00"


@dataclass
class Town:
    """A municipality with a pack, a district with an RMO, and those who work there."""

    place: Area
    district: Area
    rmo: Participant
    choice: IndicatorChoice
    administrator: Account
    coordinator: Account
    officer: Account


@pytest.fixture
def town(session: Session, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", NOW)
    place = make_municipality()
    district = make_district(municipality=place)
    rmo = make_participant(kind=ParticipantKind.RMO, name="北山ふるさと協議会", area=district)
    choice = make_choice(place)
    administrator, coordinator = make_appointment(place, role=Role.ADMINISTRATOR), make_appointment(place)
    officer = make_membership(rmo)
    session.add_all([rmo, choice, administrator, coordinator, officer])
    session.commit()
    return Town(place, district, rmo, choice, administrator.account, coordinator.account, officer.account)
