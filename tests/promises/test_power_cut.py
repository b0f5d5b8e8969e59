"""Every process is killed at a random moment while people approve and answer.

Nothing that was acknowledged is lost, nothing is half there. `ENISHI_LONG=1` cuts the power 200 times.
"""

import json
import os
import random
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from statistics import median
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from models import (
    Account,
    ApiToken,
    Enquiry,
    Membership,
    Partnership,
    Party,
    Reply,
    Role,
    Suggestion,
    Verdict,
    utc_now,
)
from tests.promises.serving import OK, Server
from web.app import create_app
from web.config import Settings
from web.database import db, read_scope, session_scope
from web.security import token_hash

IS_LONG = os.environ.get("ENISHI_LONG") == "1"
ROUNDS = 200 if IS_LONG else 5
ROUNDS_OF_A_TOWN = 5
CLIENTS = 4
SEED = 20261122
BACK_WITHIN_SECONDS = 5.0
FIRST_FAULT = 500


@dataclass
class Acknowledged:
    """What the server said it had done, and every answer that was its own fault."""

    approved: list[UUID] = field(default_factory=list)
    answered: list[tuple[UUID, Reply]] = field(default_factory=list)
    faults: list[tuple[str, int, bytes]] = field(default_factory=list)


@dataclass
class World:
    """The instance seen from outside: an application of our own on the same files, and who may speak for whom."""

    app: Flask
    coordinators: list[str] = field(default_factory=list)
    speakers: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def of(cls, instance: Path) -> "World":
        app = create_app(Settings.from_environment({"ENISHI_INSTANCE": str(instance)}))
        world = cls(app)
        with session_scope(app, via="test") as session:
            for account in session.scalars(select(Account).where(Account.is_demo)).all():
                token = f"token-{account.id}"
                expires_at = utc_now() + timedelta(days=1)
                session.add(ApiToken(account=account, name="test", token_hash=token_hash(token), expires_at=expires_at))
                if account.paths(Role.COORDINATOR):
                    world.coordinators.append(token)
            for membership in session.scalars(select(Membership)):
                world.speakers[membership.participant_id] = f"token-{membership.account_id}"
        return world

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()

    def pending(self) -> list[UUID]:
        with read_scope(self.app) as session:
            return list(session.scalars(select(Suggestion.id).where(Suggestion.verdict == Verdict.PENDING)))

    def enquiries(self, partnership_id: UUID) -> list[tuple[UUID, str]]:
        with read_scope(self.app) as session:
            rows = session.execute(
                select(Enquiry.id, Party.participant_id)
                .join(Party, Enquiry.party_id == Party.id)
                .where(Party.partnership_id == partnership_id)
            ).all()
        return [(row[0], self.speakers[row[1]]) for row in rows if row[1] in self.speakers]

    def broken_rules(self) -> str:
        outcome = self.app.test_cli_runner().invoke(args=["doctor"])
        return "" if outcome.exit_code == 0 else outcome.output

    def lost(self, acknowledged: Acknowledged) -> list[str]:
        lost = []
        with read_scope(self.app) as session:
            for identity in acknowledged.approved:
                held = session.scalar(select(Partnership.id).where(Partnership.suggestion_id == identity))
                if held is None or session.get_one(Suggestion, identity).verdict is not Verdict.APPROVED:
                    lost.append(f"approval of {identity}")
            for identity, reply in acknowledged.answered:
                if session.get_one(Enquiry, identity).reply is not reply:
                    lost.append(f"answer to {identity}")
        return lost


def work(server: Server, world: World, acknowledged: Acknowledged, chance: random.Random, pending: list[UUID]) -> None:
    """Approve suggestions and answer their enquiries until the server is gone."""

    def say(path: str, body: object, token: str) -> dict[str, object] | None:
        status, content = server.ask("POST", path, body, token=token)
        if status >= FIRST_FAULT:
            acknowledged.faults.append((path, status, content))
        answer: dict[str, object] | None = json.loads(content) if status == OK else None
        return answer

    with suppress(OSError, HTTPException):
        for identity in pending:
            decision = say(f"/api/v1/suggestions/{identity}/approve", {}, chance.choice(world.coordinators))
            if decision is None or not decision["partnership_id"]:
                continue
            acknowledged.approved.append(identity)
            for enquiry, token in world.enquiries(UUID(str(decision["partnership_id"]))):
                reply = chance.choice([Reply.YES, Reply.YES, Reply.NO])
                body = {"reply": reply.value} | ({"reason": "no_time"} if reply is Reply.NO else {})
                if say(f"/api/v1/enquiries/{enquiry}/answer", body, token) is not None:
                    acknowledged.answered.append((enquiry, reply))


@pytest.mark.timeout(60 if not IS_LONG else 3600)
def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(prepared: Path, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311  # the same moments each time, as far as the machine allows
    acknowledged = Acknowledged()
    approvals = answers = 0
    starts: list[float] = []
    for number in range(0, ROUNDS, ROUNDS_OF_A_TOWN):
        instance = tmp_path / f"instance-{number}"
        shutil.copytree(prepared, instance)
        world, server = World.of(instance), Server(instance)
        acknowledged = Acknowledged()
        server.start()
        try:
            for _ in range(ROUNDS_OF_A_TOWN):
                _cut_the_power_while_people_work(server, world, acknowledged, chance)

                assert acknowledged.faults == []
                assert world.lost(acknowledged) == []
                assert world.broken_rules() == ""
                starts.append(server.start())
        finally:
            server.kill()
            world.close()
        approvals += len(acknowledged.approved)
        answers += len(acknowledged.answered)
        shutil.rmtree(instance)

    assert approvals > 0
    assert answers > 0
    # The median, because others may be at work on the machine for a moment.
    assert median(starts) < BACK_WITHIN_SECONDS


def _cut_the_power_while_people_work(
    server: Server, world: World, acknowledged: Acknowledged, chance: random.Random
) -> None:
    pending = world.pending()
    chance.shuffle(pending)
    clients = [
        threading.Thread(
            target=work,
            args=(server, world, acknowledged, random.Random(chance.random()), pending[number::CLIENTS]),  # noqa: S311
        )
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    time.sleep(chance.uniform(0.05, 0.8))
    server.kill()
    for client in clients:
        client.join()
