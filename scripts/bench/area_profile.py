"""The profile of a place with 100,000 events, alone and beside 200 other places."""

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from flask import Flask
from sqlalchemy import Connection, Enum, Table, insert, text

from bench.table import Row, ms
from bench.town import environment, run_flask
from models import Base
from models.base import UtcDateTime
from web.app import create_app
from web.config import Settings
from web.database import db

EVENTS: Final = 100_000
OTHERS: Final = 200
SMALLER: Final = 10
REQUESTS: Final = 40
WARM_UP: Final = 3
DISTRICTS: Final = 5
FIELDS: Final = 20
AT: Final = datetime(2026, 12, 1, 3, tzinfo=UTC)
KINDS: Final = ("people", "goods", "money", "place", "information", "service")
NEEDS: Final = ("open", "filled", "withdrawn", "expired")
AT_ONCE: Final = 5_000

# Of each hundred events of a place; what is over comes from further visits.
SHARES: Final = {"needs": 25, "offers": 25, "partnerships": 10, "roundtables": 5, "visits": 35}


class Writer:
    """Writes rows in bulk, with something for every column that may not be empty."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.random = random.Random(24)  # noqa: S311  # a made-up place, not a secret

    def id(self) -> UUID:
        """Return a random id, the same in each run."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def put(self, table: str, rows: list[dict[str, Any]]) -> list[UUID]:
        """Write the rows and return their ids."""
        into = Base.metadata.tables[table]
        filled = [_filled(into, row, self.id()) for row in rows]
        for begin in range(0, len(filled), AT_ONCE):
            self.connection.execute(insert(into), filled[begin : begin + AT_ONCE])
        return [row["id"] for row in filled if "id" in row]


def _filled(table: Table, row: dict[str, Any], identity: UUID) -> dict[str, Any]:
    whole = dict(row)
    for column in table.columns:
        if column.name in whole or column.nullable or column.server_default is not None:
            continue
        if column.name == "id":
            whole["id"] = identity
        elif column.name == "version":
            whole["version"] = 1
        elif isinstance(column.type, UtcDateTime):
            whole[column.name] = AT
        elif isinstance(column.type, Enum):
            whole[column.name] = column.type.enums[0]
        else:
            whole[column.name] = {date: AT.date(), str: "x", dict: {}}.get(column.type.python_type, 0)
    return whole


def rows(*, full: bool) -> Iterator[Row]:
    """Measure the page of one place, and the same page when 200 others stand beside it."""
    del full
    with tempfile.TemporaryDirectory(prefix="enishi-bench-") as name:
        instance = Path(name)
        run_flask(instance, "prepare")
        app = create_app(Settings.from_environment(environment(instance)))
        with app.app_context():
            engine = db.engine
            with engine.begin() as connection:
                writer = Writer(connection)
                fields = writer.put(
                    "activity_fields",
                    [{"code": f"bench{number}", "position": 900 + number} for number in range(FIELDS)],
                )
                country = writer.put("areas", [{"path": "zz", "level": "country"}])[0]
                prefecture = writer.put("areas", [{"path": "zz.pp", "level": "prefecture", "parent_id": country}])[0]
                place(writer, prefecture, "zz.pp.bench", EVENTS, fields)
            _analysed(app)
            alone, counting = _p95(app, "zz.pp.bench"), _scan(app)
            yield Row(f"Area profile, {EVENTS:,} events, p95", ms(alone), "one plain count of its needs", ms(counting))
            with engine.begin() as connection:
                writer = Writer(connection)
                writer.random.seed(25)
                for number in range(OTHERS):
                    place(writer, prefecture, f"zz.pp.other{number}", EVENTS // SMALLER, fields)
            _analysed(app)
            yield Row(
                f"Area profile beside {OTHERS} other places of {EVENTS // SMALLER:,} events, p95",
                ms(_p95(app, "zz.pp.bench")),
                "the same place alone",
                ms(alone),
            )
            db.engine.dispose()


def place(writer: Writer, prefecture: UUID, path: str, events: int, fields: list[UUID]) -> None:
    """Write a municipality with five districts and so many events."""
    choice, count = writer.random.choice, {name: events * share // 100 for name, share in SHARES.items()}
    town = writer.put("areas", [{"path": path, "level": "municipality", "parent_id": prefecture}])[0]
    districts = writer.put(
        "areas", [{"path": f"{path}.d{one}", "level": "district", "parent_id": town} for one in range(DISTRICTS)]
    )
    home = {"municipality_id": town}
    owners = writer.put(
        "participants",
        [home | {"kind": "npo", "area_id": choice(districts), "is_adult": True} for _ in range(max(50, events // 50))],
    )

    def listed(statuses: tuple[str, ...]) -> dict[str, Any]:
        status = "open" if writer.random.random() < 0.1 else choice(statuses[1:])  # noqa: PLR2004  # a tenth is open
        return home | {"participant_id": choice(owners), "area_id": choice(districts), "status": status}

    needs = writer.put("needs", [listed(NEEDS) | {"opened_at": AT} for _ in range(count["needs"])])
    writer.put("slots", [_piece(choice) | {"need_id": one} for one in needs])
    writer.put("need_fields", [{"need_id": one, "activity_field_id": choice(fields)} for one in needs])
    offers = writer.put(
        "offers", [listed(("open", "paused", "withdrawn")) | {"reach": "municipality"} for _ in range(count["offers"])]
    )
    writer.put("offer_items", [_piece(choice) | {"offer_id": one} for one in offers])
    writer.put("offer_fields", [{"offer_id": one, "activity_field_id": choice(fields)} for one in offers])
    weights = writer.put("weight_sets", [{"number": writer.random.getrandbits(30), "weights": {}, "is_active": False}])[
        0
    ]
    run = writer.put(
        "matching_runs",
        [home | {"weight_set_id": weights, "state": "superseded", "finished_at": AT, "started_at": AT}],
    )[0]
    asked = needs[: count["partnerships"]]
    suggested = [
        home | {"need_id": need, "run_id": run, "rank": 1, "verdict": "superseded", "score": 0.5, "confidence": 0.9}
        for need in asked
    ]
    made = writer.put("suggestions", suggested)
    writer.put(
        "partnerships",
        [
            home
            | {
                "need_id": need,
                "suggestion_id": one,
                "stage": choice(("proposed", "declined", "running")),
                "accepted_at": AT,
            }
            for need, one in zip(asked, made, strict=True)
        ],
    )
    days = [AT.date() - timedelta(days=number) for number in range(1000)]
    writer.put(
        "roundtables",
        [
            {"area_id": choice(districts), "kind": "roundtable", "held_on": choice(days)}
            for _ in range(count["roundtables"])
        ],
    )
    writer.put(
        "visits",
        [
            {
                "area_id": choice(districts),
                "support": "watching",
                "visited_on": choice(days),
                "sent_key": f"{path}-{one}",
            }
            for one in range(count["visits"])
        ],
    )


def _piece(choice: Any) -> dict[str, Any]:
    return {"kind": choice(KINDS), "quantity": 2, "promised": 0, "position": 1}


def _analysed(app: Flask) -> None:
    """Let the database know how much there is, as it does by itself after a while."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _p95(app: Flask, path: str) -> float:
    browser = app.test_client()
    times = []
    for number in range(REQUESTS + WARM_UP):
        began = time.perf_counter()
        answer = browser.get(f"/areas/{path}/profile")
        if number >= WARM_UP:
            times.append(time.perf_counter() - began)
        if answer.status_code != 200:  # noqa: PLR2004  # what is measured must be the page
            raise RuntimeError(f"the profile answered {answer.status_code}")
    return sorted(times)[int(len(times) * 0.95) - 1]


def _scan(app: Flask) -> float:
    """Return what one count over all needs takes, as something simple to compare with."""
    with app.app_context(), db.engine.connect() as connection:
        began = time.perf_counter()
        connection.execute(text("SELECT count(*) FROM needs WHERE title <> 'y'")).scalar()
        return time.perf_counter() - began
