from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from models import Account, AuditedSession, HandledRequest, SignIn, SignInAttempt, Skill, utc_now
from seeds.town import DEMO_PASSWORD
from tests.conftest import make_settings
from tests.factories import make_account
from web.app import create_app
from web.database import db
from web.security import password_matches


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_settings(tmp_path, sqlite_url))
    yield app
    with app.app_context():
        db.engine.dispose()


def run(app: Flask, *arguments: str) -> str:
    return app.test_cli_runner().invoke(args=arguments, catch_exceptions=False).output


def test_reference_data_can_be_loaded_again(app: Flask, session: AuditedSession) -> None:
    run(app, "seed", "reference")
    skills = session.scalar(select(func.count()).select_from(Skill))

    again = run(app, "seed", "reference")

    assert "Reference data: 0 added, 0 changed" in again
    assert skills == session.scalar(select(func.count()).select_from(Skill))


def test_the_invented_town_is_built_once(app: Flask, session: AuditedSession) -> None:
    run(app, "seed", "town")
    outcome = app.test_cli_runner().invoke(args=["seed", "town"])

    account = session.scalars(select(Account).where(Account.is_demo).order_by(Account.email)).first()

    assert account is not None
    assert password_matches(account.password_hash, DEMO_PASSWORD)
    assert outcome.exit_code == 1
    assert "stands in this database already" in outcome.output


def test_all_rules_hold_in_the_invented_town(app: Flask) -> None:
    run(app, "seed", "town")

    assert "✗" not in run(app, "doctor")


def test_the_invented_town_is_refused_in_production(tmp_path: Path, sqlite_url: str) -> None:
    app = create_app(
        make_settings(
            tmp_path, sqlite_url, production=True, rate_limits=True, hosts=("enishi.example",), second_factor=True
        )
    )

    outcome = app.test_cli_runner().invoke(args=["seed", "town"])

    assert outcome.exit_code == 1
    assert "refused in production" in outcome.output


def test_a_whole_record_is_said_to_be_whole(app: Flask) -> None:
    run(app, "seed", "reference")

    assert "The record of changes is whole." in run(app, "audit", "verify")


@pytest.mark.parametrize(
    ("forgery", "sentence"),
    [
        ("UPDATE audit_entries SET via = 'page' WHERE sequence = 2", "entry 2 was changed"),
        ("DELETE FROM audit_entries WHERE sequence = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entries WHERE sequence > 5", "the end of the chain is not where its head says"),
        ("UPDATE audit_entries SET sequence = -sequence WHERE sequence IN (2, 3)", "is missing"),
    ],
    ids=["edited", "deleted", "cut", "hidden"],
)
def test_a_broken_record_is_told(app: Flask, session: AuditedSession, forgery: str, sentence: str) -> None:
    run(app, "seed", "reference")
    session.connection().exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    session.execute(text(forgery))
    session.commit()

    outcome = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert outcome.exit_code == 1
    assert sentence in outcome.output


def test_what_was_kept_for_a_while_goes_after_its_time(app: Flask, session: AuditedSession) -> None:
    account = make_account()
    session.add(account)
    session.flush()
    now = utc_now()
    for age in (timedelta(minutes=30), timedelta(hours=30), timedelta(days=40)):
        attempt = SignInAttempt(subject_hash="x")
        answer = HandledRequest(key=str(age), fingerprint="x", status=303, account_id=account.id)
        sign_in = SignIn(account=account, token_hash=str(age), expires_at=now - age)
        attempt.created_at = answer.created_at = now - age
        session.add_all([attempt, answer, sign_in])
    session.commit()

    tidied = run(app, "tidy")

    for gone in ("2 answers", "2 attempts", "1 sign ins"):
        assert gone in tidied
    assert session.scalar(select(func.count()).select_from(SignIn)) == 2
