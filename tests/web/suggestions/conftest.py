from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from models import (
    Account,
    ApiToken,
    Area,
    AreaNeighbour,
    AuditedSession,
    MatchingRun,
    Need,
    Offer,
    Participant,
    ParticipantKind,
    ReviewReason,
    ReviewStep,
    RunState,
    Skill,
    Suggestion,
    Verdict,
    utc_now,
)
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_field,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_reason,
    make_resident,
    make_skill,
    make_slot,
)
from web.app import create_app
from web.config import Settings
from web.database import read_scope, session_scope
from web.security import SESSION_LASTS, token_hash
from web.suggestions import services


@dataclass
class Town:
    """A municipality of two districts that touch, a need for two things, and two offers that give one each."""

    app: Flask
    session: AuditedSession
    municipality: Area
    north: Area
    south: Area
    association: Participant
    company: Participant
    resident: Participant
    newsletter: Skill
    printing: Skill
    need: Need
    writing_offer: Offer
    printing_offer: Offer
    coordinator: Account
    hold_reason: ReviewReason
    refuse_reason: ReviewReason

    def look_for_partners(self, municipality: Area | None = None) -> bool:
        """Run the engine as a command or a worker would."""
        place = (municipality or self.municipality).id
        self.session.commit()
        published = services.refresh_now(
            partial(read_scope, self.app),
            partial(session_scope, self.app, via="test"),
            place,
            beat=lambda done, total: None,  # noqa: ARG005  # the shape of a beat
        )
        self.session.expire_all()
        return published

    def add_need_that_nobody_fits(self, title: str = "夜道が暗い") -> Need:
        """Add a need to which an offer comes near without being what is lacking."""
        need = make_need(participant=self.association, title=title, slots=[make_slot(what="夜道の見回り")])
        watchers = make_participant(area=self.south, name="夜空の会")
        self.session.add_all(
            [need, make_offer(participant=watchers, title="夜空を案内します", items=[make_item(what="夜空の案内")])]
        )
        return need

    def suggestions(self, need: Need | None = None, verdict: Verdict | None = Verdict.PENDING) -> list[Suggestion]:
        """Return the suggestions for a need by rank."""
        statement = select(Suggestion).where(Suggestion.need_id == (need or self.need).id)
        if verdict is not None:
            statement = statement.where(Suggestion.verdict == verdict)
        return list(self.session.scalars(statement.order_by(Suggestion.rank)))

    def published_run(self) -> MatchingRun:
        """Return the run whose results are shown."""
        return self.session.scalars(select(MatchingRun).where(MatchingRun.state == RunState.PUBLISHED)).one()

    def bearer(self, account: Account | None = None) -> dict[str, str]:
        """Return the header that opens the API for an account."""
        token = uuid4().hex
        self.session.add(
            ApiToken(
                account=account or self.coordinator,
                name="試験",
                token_hash=token_hash(token),
                expires_at=utc_now() + SESSION_LASTS,
            )
        )
        self.session.commit()
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def town(app: Flask, session: AuditedSession) -> Town:
    municipality = make_municipality()
    north = make_district(municipality=municipality, name="北山")
    south = make_district(municipality=municipality, name="南原")
    field = make_field()
    newsletter, printing = make_skill(name="会報づくり"), make_skill(name="印刷")
    association = make_participant(
        kind=ParticipantKind.NEIGHBORHOOD_ASSOCIATION,
        name="北山自治会",
        area=north,
        contact_email="kaicho@kitayama.example",
        contact_phone="0191-00-0001",
    )
    company = make_participant(kind=ParticipantKind.COMPANY, name="日和印刷", area=south)
    resident = make_resident(name="三枝 路子", area=north, contact_email="michiko@hiyori.example")
    need = make_need(
        participant=association,
        slots=[make_slot(what="会報を組む人", skill=newsletter), make_slot(what="会報の印刷", skill=printing)],
    )
    need.fields = [field]
    writing_offer = make_offer(
        participant=resident, title="紙面を組みます", items=[make_item(what="紙面づくり", skill=newsletter)]
    )
    printing_offer = make_offer(
        participant=company, title="印刷します", items=[make_item(what="印刷機と紙", skill=printing)]
    )
    printing_offer.fields = [field]
    coordinator = make_account(name="調整 太郎", email="coordinator@hiyori.example", locale="en")
    town = Town(
        app=app,
        session=session,
        municipality=municipality,
        north=north,
        south=south,
        association=association,
        company=company,
        resident=resident,
        newsletter=newsletter,
        printing=printing,
        need=need,
        writing_offer=writing_offer,
        printing_offer=printing_offer,
        coordinator=coordinator,
        hold_reason=make_reason(ReviewStep.HOLD, code="visit_first"),
        refuse_reason=make_reason(ReviewStep.REFUSE, code="too_far"),
    )
    session.add_all(
        [
            AreaNeighbour(area=north, neighbour=south),
            AreaNeighbour(area=south, neighbour=north),
            make_appointment(municipality, account=coordinator),
            need,
            writing_offer,
            printing_offer,
            town.hold_reason,
            town.refuse_reason,
        ]
    )
    session.commit()
    return town


@pytest.fixture
def memory_app(tmp_path: Path) -> Flask:
    """Return an application for what needs words but no rows."""
    return create_app(
        Settings(
            instance=tmp_path,
            database_url="sqlite://",
            secret_key="a secret for tests",
            huey_url=f"sqlite:///{tmp_path / 'queue.db'}",
        )
    )
