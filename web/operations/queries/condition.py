"""What must be true of the installation itself: its database file, its settings, its key."""

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from models import Account

# What the promises need of each connection to SQLite, as SQLite says it.
IN_FORCE: Final = (
    ("journal_mode", "wal"),
    ("synchronous", "2"),
    ("foreign_keys", "1"),
    ("secure_delete", "1"),
    ("busy_timeout", "10000"),
)
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def revisions(session: Session) -> set[str]:
    """Return the migrations that the database stands at; none where it is still empty."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return set()
    return set(session.scalars(text("SELECT version_num FROM alembic_version")))


def damage(session: Session) -> list[str]:
    """Return what is broken in a SQLite file; PostgreSQL looks after its own."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    for table, row, target, _ in session.execute(text("PRAGMA foreign_key_check")):
        found.append(f"row {row} of {table} refers to nothing in {target}")
    return found


def weakened(engine: Engine) -> list[str]:
    """Return the settings of SQLite that are not in force on a connection of the application."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        said = {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name, _ in IN_FORCE}
    return [f"{name} is {said[name]}, not {value}" for name, value in IN_FORCE if said[name] != value]


def exposed(files: Iterable[Path]) -> list[str]:
    """Return the files that others on this machine could read."""
    return [
        f"{path.name} has mode {stat.S_IMODE(path.stat().st_mode):04o}, not 0600"
        for path in files
        if path.exists() and path.stat().st_mode & OTHERS
    ]


def invented_accounts(session: Session) -> list[str]:
    """Return the accounts of the invented town, which have a password that everybody knows."""
    return [
        f"account {identity} is from the invented town"
        for identity in session.scalars(select(Account.id).where(Account.is_demo).limit(3))
    ]
