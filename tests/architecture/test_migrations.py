"""The migrations lead to the models, and back, with data."""

from flask import Flask
from sqlalchemy import inspect, select, text

from models import Area, AuditedSession, Participant
from tests.architecture.world import build_world
from web.database import db, migrations


def test_models_and_migrations_agree(app: Flask) -> None:
    with app.app_context():
        assert migrations.compare_metadata() == []


def test_every_migration_goes_down_and_up_again(app: Flask, session: AuditedSession) -> None:
    build_world(session)
    session.close()
    with app.app_context():
        migrations.downgrade("base")
        left = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
        migrations.upgrade()

    assert left == set()
    assert session.scalars(select(Area)).all() == []


def test_going_up_again_keeps_what_is_there(app: Flask, session: AuditedSession) -> None:
    build_world(session)
    before = len(session.scalars(select(Participant)).all())
    session.close()
    with app.app_context():
        migrations.upgrade()

    assert len(session.scalars(select(Participant)).all()) == before


def test_the_database_really_is_the_one_that_was_asked_for(app: Flask, database_url: str) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert database_url.startswith(db.engine.dialect.name)
        assert connection.execute(text("SELECT 1")).scalar() == 1
