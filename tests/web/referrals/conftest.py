from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, Area, AuditedSession, Consultation, Intermediary, OutboxMail, Referral
from tests.factories import (
    make_appointment,
    make_consultation,
    make_district,
    make_field,
    make_intermediary,
    make_municipality,
)

MONDAY = "2026-11-30T01:00:00+00:00"


@dataclass
class Town:
    """A coordinator, somebody who asked by telephone, and two intermediaries, of which one looks after the place."""

    session: AuditedSession
    place: Area
    consultation: Consultation
    near: Intermediary
    far: Intermediary
    coordinator: Account
    stranger: Account

    @property
    def new_url(self) -> str:
        return f"/referrals/new?consultation={self.consultation.id}"

    def typed(self, **changes: str) -> dict[str, str]:
        return {"to": str(self.near.id), "text": "団体の始めかた", "contact": "", "consent": ""} | changes

    def referral(self) -> Referral:
        return self.session.scalars(select(Referral)).one()

    def mails(self, template: str) -> list[OutboxMail]:
        return list(self.session.scalars(select(OutboxMail).where(OutboxMail.template == template)))

    def link(self) -> str:
        """Return the path of the link in the mail to the intermediary."""
        body = self.mails("referral")[-1].body
        return next("/referrals/link/" + part.split()[0] for part in body.split("/referrals/link/")[1:])


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", MONDAY)
    municipality = make_municipality()
    place = make_district(municipality=municipality)
    consultation = make_consultation(area=place, asker_name="川辺 五郎", asker_contact="042-000-1111")
    near = make_intermediary(municipality, name="日和市民活動センター", fields=[make_field()])
    far = make_intermediary(municipality, name="あさひ会館", areas=[make_district(municipality=municipality)])
    appointment, other = make_appointment(municipality), make_appointment(make_municipality())
    session.add_all([consultation, near, far, appointment, other])
    session.commit()
    return Town(session, place, consultation, near, far, appointment.account, other.account)


@pytest.fixture
def as_coordinator(town: Town, signed_in: Callable[[Account], FlaskClient]) -> FlaskClient:
    return signed_in(town.coordinator)


@pytest.fixture
def sent(town: Town, as_coordinator: FlaskClient) -> Town:
    """Return the town after the consultation was passed on to the intermediary near by."""
    assert as_coordinator.post(town.new_url, data=town.typed()).status_code == 303
    return town
