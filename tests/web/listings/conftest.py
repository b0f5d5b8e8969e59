from collections.abc import Callable
from typing import Self

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import Account, Area, Participant
from tests.factories import make_appointment, make_district, make_membership, make_municipality
from tests.factories.places import make_country, make_prefecture


@pytest.fixture
def town() -> Area:
    return make_municipality(name="日和市")


@pytest.fixture
def coordinator(session: Session, town: Area) -> Account:
    appointment = make_appointment(town)
    session.add(appointment)
    return appointment.account


@pytest.fixture
def represent(session: Session) -> Callable[[Participant], Account]:
    """Return a function that gives a participant an account that represents it."""

    def represent(participant: Participant) -> Account:
        membership = make_membership(participant)
        session.add(membership)
        return membership.account

    return represent


@pytest.fixture
def places(session: Session) -> dict[str, Area]:
    """Write the real places that the sheets name."""
    country = make_country()
    prefectures = {
        name: make_prefecture(country=country, code=code, name=name)
        for code, name in (("03", "岩手県"), ("13", "東京都"), ("14", "神奈川県"), ("21", "岐阜県"))
    }
    municipalities = {
        name: make_municipality(prefecture=prefectures[above], code=code, name=name)
        for code, name, above in (
            ("ichinoseki", "一関市", "岩手県"),
            ("tama", "多摩市", "東京都"),
            ("kawasaki", "川崎市", "神奈川県"),
            ("kakamigahara", "各務原市", "岐阜県"),
        )
    }
    districts = [
        make_district(municipality=municipalities[above], code=code, name=name)
        for code, name, above in (
            ("kawasaki", "川崎区", "川崎市"),
            ("tama", "多摩区", "川崎市"),
            ("daiichi", "第一小学区", "多摩市"),
            ("hijirigaoka", "聖ケ丘中学区", "多摩市"),
        )
    ]
    session.add_all([country, *prefectures.values(), *municipalities.values(), *districts])
    session.commit()
    return {area.name_ja: area for area in session.scalars(select(Area))}


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], "QueryCount"]:
    return lambda: QueryCount(app)


class QueryCount:
    """Counts the statements that the application sends while it is open."""

    def __init__(self, app: Flask) -> None:
        from web.database import db

        with app.app_context():
            self.engine = db.engine
        self.statements: list[str] = []

    def __enter__(self) -> Self:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            self.statements.append(statement)
