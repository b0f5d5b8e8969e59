"""One file that holds the whole database and the end of its record, and the way back.

A backup is a ZIP archive with three members: the database (a SQLite file or a dump of
PostgreSQL), the anchor of the record of changes, and a manifest with the checksum. It is taken
while the application works, and it is verified before it gets its name. A backup that does not
verify is not restored. The secret key is not in it: without the key, the record cannot be
verified and nobody can forge it.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, create_engine, func, make_url, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models import AuditEntry
from models.audit import verify

DATABASE: Final = "database"
ANCHOR: Final = "audit-anchor"
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
CHUNK: Final = 1024 * 1024
PRIVATE: Final = 0o600
WAIT_FOR_LOCKS: Final = "-c lock_timeout=30s"


class SafekeepingError(RuntimeError):  # named for the subject; each sentence names the reason
    """A backup could not be made or must not be restored."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What is kept safe, and what its record is verified with."""

    database_url: str
    audit_key: bytes
    anchor: Path | None
    folder: Path
    read_anchor: Callable[[Path | None], tuple[int, str] | None]

    @property
    def url(self) -> URL:
        """Return the address of the database."""
        return make_url(self.database_url)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file of ours."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path:
        """Return the file of a SQLite database."""
        if not self.url.database or self.url.database == ":memory:":
            raise SafekeepingError("a database in memory cannot be kept safe")
        return Path(self.url.database)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself."""

    format: int
    kind: str
    made_at: str
    revision: str
    entries: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the database of before is kept."""

    manifest: Manifest
    aside: Path | None


def back_up(installation: Installation, path: Path, *, at: datetime, overwrite: bool = False) -> Manifest:
    """Write the whole database and its anchor into one verified file."""
    if path.exists() and not overwrite:
        raise SafekeepingError(f"{path} exists already; say --force to overwrite it")
    if not path.parent.is_dir():
        raise SafekeepingError(f"there is no folder {path.parent}")
    with _scratch(path.parent) as folder:
        # The anchor is read first: what it names was committed, so the copy holds it.
        anchor = folder / ANCHOR
        anchor.write_bytes(_bytes_of(installation.anchor))
        copy = folder / DATABASE
        if installation.is_sqlite:
            _copy_sqlite(installation.file, copy)
            revision, entries = _examine(installation, f"sqlite:///{copy}", anchor)
        else:
            _dump_postgresql(installation, copy)
            revision, entries = _examine(installation, installation.database_url, anchor)
        manifest = Manifest(
            format=FORMAT,
            kind=installation.url.get_backend_name(),
            made_at=at.astimezone(UTC).isoformat(timespec="seconds"),
            revision=revision,
            entries=entries,
            sha256=_checksum(copy),
        )
        archive = folder / "archive"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.write(copy, DATABASE)
            packed.write(anchor, ANCHOR)
            packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
        archive.chmod(PRIVATE)
        _onto_disk(archive)
        archive.replace(path)
        _onto_disk(path.parent)
    return manifest


def restore(installation: Installation, path: Path, *, at: datetime) -> Restored:
    """Put the database of a verified backup in the place of the present one, which is kept aside."""
    if not path.is_file():
        raise SafekeepingError(f"there is no backup at {path}")
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    home = installation.file.parent if installation.is_sqlite else installation.folder
    home.mkdir(parents=True, exist_ok=True)
    with _scratch(home) as folder:
        manifest = _unpack(path, folder)
        if manifest.kind != installation.url.get_backend_name():
            raise SafekeepingError(
                f"the backup holds a database of {manifest.kind}; this one is {installation.url.get_backend_name()}"
            )
        if installation.is_sqlite:
            _examine(installation, f"sqlite:///{folder / DATABASE}", folder / ANCHOR)
            aside = _set_aside_sqlite(installation.file, stamp)
            _copy_sqlite(folder / DATABASE, installation.file, single_file=False)
        else:
            _run("pg_restore", "--list", str(folder / DATABASE), quiet=True)
            aside = installation.folder / f"before-restore-{stamp}.dump"
            _dump_postgresql(installation, aside)
            _load_postgresql(installation, folder / DATABASE)
        anchor_before = _bytes_of(installation.anchor)
        _replace_anchor(installation, folder / ANCHOR, stamp)
        try:
            _examine(installation, installation.database_url, installation.anchor)
        except SafekeepingError:
            if not installation.is_sqlite:  # a dump can be examined only where it was loaded
                _load_postgresql(installation, aside or Path())
                if installation.anchor is not None:
                    installation.anchor.write_bytes(anchor_before)
            raise
    return Restored(manifest=manifest, aside=aside)


def _examine(installation: Installation, url: str, anchor: Path | None) -> tuple[str, int]:
    """Return the revision of the schema and the length of the record; refuse what does not verify."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with Session(engine) as session:
            if engine.dialect.name == "sqlite":
                _refuse_if([str(row[0]) for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"])
                broken = session.execute(text("PRAGMA foreign_key_check")).all()
                _refuse_if([f"a row of {row[0]} refers to nothing in {row[2]}" for row in broken])
            _refuse_if(verify(session, installation.audit_key, installation.read_anchor(anchor)))
            revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            return str(revision), session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    finally:
        engine.dispose()


def _refuse_if(problems: list[str]) -> None:
    if problems:
        named = "; ".join(problems[:3])
        more = f"; and {len(problems) - 3} more" if len(problems) > len(problems[:3]) else ""
        raise SafekeepingError(f"the database does not verify: {named}{more}")


def _copy_sqlite(source: Path, target: Path, *, single_file: bool = True) -> None:
    """Copy a database in one step: readers and writers go on, and the copy is of one moment."""
    if not source.exists():
        raise SafekeepingError(f"there is no database at {source}")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=30)) as before,
        closing(sqlite3.connect(target, timeout=30)) as after,
    ):
        before.backup(after, pages=-1)
        after.execute(f"PRAGMA journal_mode={'DELETE' if single_file else 'WAL'}")
    target.chmod(PRIVATE)


def _set_aside_sqlite(file: Path, stamp: str) -> Path | None:
    """Keep a copy of the present database; one that cannot be read any more is moved away as it is."""
    if not file.exists():
        return None
    aside = file.with_name(f"{file.name}.before-restore-{stamp}")
    if aside.exists():
        raise SafekeepingError(f"{aside} exists already; try again in a second")
    try:
        _copy_sqlite(file, aside)
    except sqlite3.DatabaseError:
        aside.unlink(missing_ok=True)
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                file.with_name(file.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


def _dump_postgresql(installation: Installation, target: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", installation=installation)
    target.chmod(PRIVATE)


def _load_postgresql(installation: Installation, source: Path) -> None:
    options = ("--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction")
    _run("pg_restore", *options, str(source), installation=installation)


def _run(program: str, *arguments: str, installation: Installation | None = None, quiet: bool = False) -> None:
    found = shutil.which(program)
    if found is None:
        raise SafekeepingError(f"{program} is needed for PostgreSQL and is not here: install postgresql-client")
    environment = dict(os.environ) | {"PGOPTIONS": WAIT_FOR_LOCKS}
    command = [found, *arguments]
    if installation is not None:
        url = installation.url
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
        plain = url.set(drivername="postgresql")._replace(password=None)
        command.append(f"--dbname={plain.render_as_string(hide_password=False)}")
    finished = subprocess.run(  # noqa: S603  # the program is named above, its arguments are ours
        command, env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        said = finished.stderr.strip().splitlines() or ["it did not say why"]
        raise SafekeepingError(f"{program} did not succeed: {said[0] if quiet else said[-1]}")


def _unpack(path: Path, folder: Path) -> Manifest:
    """Unpack an archive of ours and compare its checksum."""
    try:
        with zipfile.ZipFile(path) as packed:
            for name in (DATABASE, ANCHOR, MANIFEST):
                with packed.open(name) as member, (folder / name).open("wb") as file:
                    shutil.copyfileobj(member, file, CHUNK)
        manifest = _read_manifest(folder / MANIFEST)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, OSError) as error:
        raise SafekeepingError(f"{path} is no whole backup of Enishi ({type(error).__name__})") from error
    if manifest.format != FORMAT:
        raise SafekeepingError(f"{path} was written in format {manifest.format}, which is not known here")
    if manifest.sha256 != _checksum(folder / DATABASE):
        raise SafekeepingError(f"{path} was damaged: its checksum does not agree")
    return manifest


def _read_manifest(path: Path) -> Manifest:
    said = json.loads(path.read_text(encoding="utf-8"))
    return Manifest(
        format=int(said["format"]),
        kind=str(said["kind"]),
        made_at=str(said["made_at"]),
        revision=str(said["revision"]),
        entries=int(said["entries"]),
        sha256=str(said["sha256"]),
    )


def _replace_anchor(installation: Installation, anchor: Path, stamp: str) -> None:
    target = installation.anchor
    if target is None:
        return
    if target.exists():
        shutil.copy2(target, target.with_name(f"{target.name}.before-restore-{stamp}"))
    # The anchor may lie on another disk than the database, so it is copied beside its place first.
    coming = target.with_name(f"{target.name}.coming")
    shutil.copyfile(anchor, coming)
    _onto_disk(coming)
    coming.replace(target)


def _bytes_of(path: Path | None) -> bytes:
    return path.read_bytes() if path is not None and path.exists() else b""


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _onto_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """Yield a private folder on the same disk, and remove it whatever happens."""
    with tempfile.TemporaryDirectory(prefix=".enishi-", dir=beside) as name:
        yield Path(name)
