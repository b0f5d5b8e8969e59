"""One request, one transaction: the session, its engines, and the only place that commits."""

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4

from flask import Flask, Response, abort, current_app, g, redirect, request
from flask import session as cookie
from flask_alembic import Alembic
from flask_openapi3 import OpenAPI
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, event, make_url, select
from sqlalchemy.exc import IntegrityError

from models import AuditContext, AuditedSession, Base, HandledRequest, Job, OutboxMail
from web.config import PROJECT, Settings

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA secure_delete=ON",
)
BEGIN: Final = "enishi_begin"
ONCE: Final = "_once"
LONGEST_KEY: Final = 100
BARE: Final = "bare"
ANSWER_AGAIN_AT: Final = "answer_again_at"
CONNECT_SECONDS: Final = 3
FIRST_REFUSAL: Final = 400

db = SQLAlchemy(session_options={"class_": AuditedSession, "expire_on_commit": False})
migrations = Alembic(metadatas=Base.metadata, run_mkdir=False)


class UnitOfWork(OpenAPI):
    """An application whose requests commit once, at the edge, and only where they may write."""

    def dispatch_request(self) -> Response:
        """Answer the request, then commit what an unsafe method did, or roll back."""
        if request.method in SAFE_METHODS:
            return self.make_response(super().dispatch_request())
        key = _idempotency_key()
        if key and (repeated := _handled_before(key)):
            return repeated
        try:
            response = self.make_response(super().dispatch_request())
            if response.status_code >= FIRST_REFUSAL:
                current_session().rollback()
                return response
            if key:
                _remember(key, response)
            current_session().commit()
        except IntegrityError:
            _take_back()
            # The same key was being handled at the same moment: give its answer.
            if key and (repeated := _handled_before(key)):
                return repeated
            raise
        except Exception:
            _take_back()
            raise
        announce_work(current_session())
        return response


def init_database(app: Flask, settings: Settings) -> None:
    """Connect the application to its database and to the migrations."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": _engine_options(settings.database_url)}
    app.config["ALEMBIC"] = {
        "script_location": str(PROJECT / "models" / "migrations"),
        "version_locations": [],
    }
    app.config["ALEMBIC_CONTEXT"] = {
        "render_item": render_plain_types,
        "include_object": partial(_is_here, make_url(settings.database_url).get_backend_name()),
        "render_as_batch": True,
        "compare_type": True,
        "transactional_ddl": True,
    }
    db.init_app(app)
    migrations.init_app(app)
    # No session of ours is asynchronous: closing those would cost an event loop at the end of every request,
    # and would not work at all in a thread that runs one, as tests in a browser do.
    app.teardown_appcontext_funcs = [close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)]
    with app.app_context():
        prepare_engine(db.engine)
    app.extensions["audit_key"] = hmac.new(settings.secret_key.encode(), b"audit", hashlib.sha256).digest()
    app.extensions["link_key"] = hmac.new(settings.secret_key.encode(), b"links", hashlib.sha256).digest()
    app.extensions["audit_anchor"] = settings.audit_anchor


def _engine_options(url: str) -> dict[str, Any]:
    """Return how to reach the database: a server that is away is noticed before a request is lost to it."""
    if url.startswith("postgresql"):
        return {"url": url, "pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_SECONDS}}
    return {"url": url}


def prepare_engine(engine: Engine) -> None:
    """Set what promises need on each connection; on SQLite, writers begin IMMEDIATE."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, record: object) -> None:
        del record
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(BEGIN, 'IMMEDIATE')}")


def current_session() -> AuditedSession:
    """Return the session of this request; it is read-only in spirit where the method is safe."""
    session = cast("AuditedSession", db.session)
    if "audit" not in session.info:
        session.info["audit"] = _audit_context(via="page", request_id=uuid4().hex)
        session.info["base_url"] = current_app.extensions["settings"].base_url
        session.info["link_key"] = current_app.extensions["link_key"]
        if request and request.method in SAFE_METHODS:
            session.connection(execution_options={BEGIN: "DEFERRED"})
    return session


def working_as(account_id: UUID | None, *, via: str) -> None:
    """Name who works in this request's session, for the audit log."""
    context = current_session().audit
    context.actor_id = account_id
    context.via = via


@contextmanager
def session_scope(app: Flask, *, via: str, actor_id: UUID | None = None) -> Iterator[AuditedSession]:
    """Open a session of its own for a command or job, commit at its end, and announce its work."""
    with app.app_context():
        session = cast("AuditedSession", db.sessionmaker())
        session.info["audit"] = _audit_context(via=via, request_id=uuid4().hex, actor_id=actor_id)
        session.info["base_url"] = app.extensions["settings"].base_url
        session.info["link_key"] = app.extensions["link_key"]
        with session, session.begin():
            yield session
        announce_work(session)


def forget_written_bytes(engine: Engine) -> None:
    """Fold the write-ahead log into the database file, so that erased values stand in neither."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


@contextmanager
def read_scope(app: Flask) -> Iterator[AuditedSession]:
    """Open a session that only reads and never waits for writers."""
    with app.app_context():
        session = cast("AuditedSession", db.sessionmaker())
        with session:
            session.connection(execution_options={BEGIN: "DEFERRED"})
            yield session


def announce_work(session: AuditedSession) -> None:
    """Tell the worker about jobs and mails that the committed transaction wrote."""
    worker = current_app.extensions.get("worker")
    jobs: list[UUID] = session.info.pop("new_jobs", [])
    has_mail: bool = session.info.pop("new_mail", False)
    if worker is not None:
        for job_id in jobs:
            worker.enqueue_job(job_id)
        if has_mail:
            worker.enqueue_mail()


@event.listens_for(AuditedSession, "after_flush")
def _notice_work(session: AuditedSession, context: object) -> None:
    del context
    for row in session.new:
        if isinstance(row, Job):
            session.info.setdefault("new_jobs", []).append(row.id)
        elif isinstance(row, OutboxMail):
            session.info["new_mail"] = True


@event.listens_for(AuditedSession, "after_rollback")
def _forget_work(session: AuditedSession) -> None:
    session.info.pop("new_jobs", None)
    session.info.pop("new_mail", None)


def render_plain_types(kind: str, item: Any, context: Any) -> str | bool:
    """Render our own column types as plain ones, so that migrations never import our code."""
    if kind == "type":
        name = type(item).__name__
        if name == "UtcDateTime":
            return "sa.DateTime()"
        if name == "Enum":
            return f"sa.String(length={item.length})"
    del context
    return False


def _is_here(dialect: str, item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:  # noqa: FBT001  # as Alembic calls it
    """Tell whether something belongs to this database; an index of another kind of database does not."""
    del name, reflected, other
    return kind != "index" or item.info.get("only_on", dialect) == dialect


def _audit_context(*, via: str, request_id: str, actor_id: UUID | None = None) -> AuditContext:
    anchor: Path | None = current_app.extensions["audit_anchor"]
    return AuditContext(
        key=current_app.extensions["audit_key"],
        actor_id=actor_id,
        via=via,
        request_id=request_id,
        anchor=None if anchor is None else lambda sequence, digest: _write_anchor(anchor, sequence, digest),
    )


def _write_anchor(path: Path, sequence: int, digest: str) -> None:
    with path.open("a", encoding="ascii") as file:
        file.write(f"{sequence} {digest}\n")


def last_anchor(path: Path | None) -> tuple[int, str] | None:
    """Return the highest anchored entry, or None where nothing was anchored yet."""
    if path is None or not path.exists():
        return None
    anchors = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    return max(((int(sequence), digest) for sequence, digest in anchors), default=None)


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key") or request.form.get(ONCE)
    if key is None or g.get("account_id") is None:
        return None
    if len(key) > LONGEST_KEY:
        abort(422)
    return key


def _fingerprint() -> str:
    form = sorted((name, value) for name, value in request.form.items(multi=True) if name not in {ONCE, "csrf_token"})
    content = repr((request.method, request.path, form, request.get_data(cache=True) if request.is_json else b""))
    return hashlib.sha256(content.encode()).hexdigest()


def _handled_before(key: str) -> Response | None:
    handled = current_session().scalar(
        select(HandledRequest).where(HandledRequest.account_id == g.account_id, HandledRequest.key == key)
    )
    if handled is None:
        return None
    if handled.fingerprint != _fingerprint():
        abort(422, "this key was used for another request")
    if handled.location:
        return cast("Response", redirect(handled.location, handled.status))
    return Response(handled.body, handled.status, content_type=handled.content_type)


def _take_back() -> None:
    """Undo what the request wrote, and the good news that it was about to tell."""
    current_session().rollback()
    cookie.pop("_flashes", None)


def _remember(key: str, response: Response) -> None:
    """Keep the answer to give it again; what must not be kept is answered with the way to a page instead."""
    location = g.get(ANSWER_AGAIN_AT) or response.location
    current_session().add(
        HandledRequest(
            account_id=g.account_id,
            key=key,
            fingerprint=_fingerprint(),
            status=303 if ANSWER_AGAIN_AT in g else response.status_code,
            location=location,
            content_type=response.content_type or "",
            body="" if location else response.get_data(as_text=True),
        )
    )
