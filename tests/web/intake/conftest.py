from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, Area, AuditedSession, Participant
from tests.factories import make_appointment, make_district, make_municipality

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@dataclass
class Town:
    """A coordinator of a town, and one of another."""

    session: AuditedSession
    place: Area
    coordinator: Account
    stranger: Account

    def typed(self, **changes: Any) -> dict[str, Any]:
        return {
            "channel": "paper",
            "said_by": "",
            "said_on": "令和8年11月30日",
            "kind": "resident",
            "name": "川辺 五郎",
            "reading": "かわべ ごろう",
            "area": self.place.path,
            "contact_phone": "０４２−１２３−４５６７",
            "age": "adult",
            "hours_per_month": "４",
            "engagement_limit": "2",
            "skills": "草刈り、会計",
            "when": ["weekend_day"],
            "projects-answer": "paper",
            "lecturer-answer": "",
            "council_seat-answer": "telephone",
            "council_seat-said_by": "川辺 花",
            "council_seat-said_on": "2026/11/29",
        } | changes

    def registered(self) -> Participant:
        return self.session.scalars(select(Participant).where(Participant.name == "川辺 五郎")).one()


def scan(content: bytes = PNG) -> tuple[BytesIO, str]:
    return BytesIO(content), "paper.png"


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", "2026-12-01T03:00:00+00:00")
    municipality = make_municipality()
    place = make_district(municipality=municipality)
    appointment, other = make_appointment(municipality), make_appointment(make_municipality())
    session.add_all([place, appointment, other])
    session.commit()
    return Town(session, place, appointment.account, other.account)


@pytest.fixture
def as_coordinator(town: Town, signed_in: Callable[[Account], FlaskClient]) -> FlaskClient:
    return signed_in(town.coordinator)
