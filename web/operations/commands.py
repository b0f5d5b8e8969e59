"""Commands of the people who run an installation."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select
from waitress.server import create_server

from models import Account, MatchingRun, utc_now
from models.audit import verify
from models.errors import DomainError
from seeds import reference, town
from web.config import Settings
from web.database import BEGIN, db, last_anchor, migrations, read_scope, session_scope
from web.operations.queries import condition, invariants
from web.operations.queries.invariants import Finding
from web.operations.services import safekeeping, tidying
from web.security import check_every_route_names_its_permission, hash_password
from web.suggestions import services as suggestions

if TYPE_CHECKING:
    from web.worker import Worker

THREADS: Final = 8
# Where all addresses of a machine are listened to, links lead to the machine itself.
LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # read here, not bound to
MOST_CONNECTIONS: Final = 1000
# What is a little too large gets a page that says so; what is far too large is cut off by the server.
BODY_ALLOWANCE: Final = 8
HOLDS: Final = "✓"
BROKEN: Final = "✗"

seed = AppGroup("seed", help="Load reference data, or the invented town.")
audit = AppGroup("audit", help="Look after the record of changes.")


def register(app: Flask) -> None:
    """Add the commands of this feature."""
    for group in (seed, audit):
        app.cli.add_command(group)
    for command in (prepare, serve, worker, backup, restore, doctor, tidy):
        app.cli.add_command(command)


@seed.command("reference")
@click.pass_obj
def seed_reference(info: Any) -> None:
    """Bring fields, skills, areas and coded reasons up to the sheets."""
    _load_reference(info.load_app())


@seed.command("town")
@click.pass_obj
def seed_town(info: Any) -> None:
    """Build the invented town; what is there already is not touched."""
    app = info.load_app()
    if _settings(app).production:
        raise click.ClickException("the invented town is refused in production")
    with _in_words():
        _build_town(app)


@audit.command("verify")
@click.pass_obj
def audit_verify(info: Any) -> None:
    """Walk the record of changes and say whether it is whole."""
    app = info.load_app()
    with read_scope(app) as session:
        problems = verify(session, app.extensions["audit_key"], last_anchor(app.extensions["audit_anchor"]))
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.ClickException("The record of changes is broken.")
    click.echo("The record of changes is whole.")


@click.command()
@click.option("--town", "with_town", is_flag=True, help="Build the invented town too, and suggest partnerships in it.")
@click.pass_context
def prepare(context: click.Context, *, with_town: bool) -> None:
    """Bring an installation up to date: migrations, reference data, and the invented town where it is wanted."""
    app = context.obj.load_app()
    if _is_stale(app):
        with app.app_context():
            migrations.upgrade()
        # What was written before the columns existed by which offers are found.
        suggestions.reindex_all(partial(session_scope, app, via="command"), only_missing=True)
    _load_reference(app)
    if not with_town:
        return
    with read_scope(app) as session:
        is_built, was_matched = town.exists(session), session.scalar(select(MatchingRun.id).limit(1)) is not None
    if not is_built:
        _build_town(app)
    if not was_matched:
        refresh = cast("click.Group", app.cli.commands["suggestions"]).commands["refresh"]
        context.invoke(refresh, municipality="")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="The port to listen at.")
@click.option("--worker/--no-worker", "works", default=True, help="Do background work in this process, too.")
@click.pass_obj
def serve(info: Any, *, host: str, port: int, works: bool) -> None:
    """Serve the application until it is interrupted."""
    app = info.load_app()
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            connection_limit=MOST_CONNECTIONS,
            max_request_body_size=BODY_ALLOWANCE * app.config["MAX_CONTENT_LENGTH"],
            clear_untrusted_proxy_headers=not _settings(app).proxies,
            asyncore_use_poll=True,
        )
    except OSError as error:
        raise click.ClickException(
            f"cannot listen at {host}, port {port}: {error.strerror}. PORT=… names another."
        ) from error
    if "ENISHI_BASE_URL" not in os.environ:
        # Links in mails lead to where it is served; in production the address is named.
        app.extensions["settings"] = replace(_settings(app), base_url=f"http://{LOOPBACK.get(host, host)}:{port}")
    if works:
        cast("Worker", app.extensions["worker"]).start()
    signal.signal(signal.SIGTERM, _stop)
    click.echo(f"Enishi is at http://{host}:{port}")
    _say_who_can_sign_in(app)
    server.run()


@click.command("worker")
@click.pass_obj
def worker(info: Any) -> None:
    """Do background work in the foreground, as on a machine of its own."""
    cast("Worker", info.load_app().extensions["worker"]).run_until_stopped()


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
@click.pass_obj
def backup(info: Any, path: Path, *, force: bool) -> None:
    """Write the database and the anchor of its record into one verified file, while the application works."""
    app = info.load_app()
    with _in_words():
        manifest = safekeeping.back_up(_installation(app), path.absolute(), at=utc_now(), overwrite=force)
    click.echo(f"{path} holds the database with {manifest.entries} recorded changes; it verifies.")


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def restore(info: Any, path: Path) -> None:
    """Put the database of a backup in the place of the present one, which is kept aside."""
    app = info.load_app()
    with app.app_context():
        db.engine.dispose()
    with _in_words():
        restored = safekeeping.restore(_installation(app), path.absolute(), at=utc_now())
    click.echo(f"Restored the database of {restored.manifest.made_at}; it verifies.")
    if restored.aside is not None:
        click.echo(f"The database of before is kept as {restored.aside}")
    if _is_stale(app):
        click.echo("It is older than this program: call `flask db upgrade`.")


@click.command()
@click.pass_obj
def doctor(info: Any) -> None:
    """Ask whether every rule holds, and say so line by line."""
    app = info.load_app()
    findings = _examine(app)
    for finding in findings:
        click.echo(f"{HOLDS if finding.holds else BROKEN} {finding.sentence}")
        for problem in finding.problems:
            click.echo(f"    {problem}")
    broken = sum(not finding.holds for finding in findings)
    if broken:
        raise click.ClickException(f"{broken} of {len(findings)} rules are broken.")
    click.echo(f"All {len(findings)} rules hold.")


@click.command()
@click.pass_obj
def tidy(info: Any) -> None:
    """Remove what was kept only for a while."""
    app = info.load_app()
    with session_scope(app, via="command") as session:
        tidied = tidying.tidy(session, at=utc_now())
    suggestions.tidy(partial(session_scope, app, via="command"))
    click.echo(_counted(asdict(tidied)))


def _examine(app: Flask) -> list[Finding]:
    settings = _settings(app)
    stale = ["call `flask db upgrade`"] if _is_stale(app) else []
    with app.app_context():
        found = [
            Finding("the database is at the newest migration", stale),
            Finding(
                "SQLite is told to keep its promises",
                condition.weakened(db.engine.execution_options(**{BEGIN: "DEFERRED"})),
            ),
            Finding("the secret key is for nobody else on this machine", condition.exposed(_secrets(settings))),
            Finding("every route names its permission", _open_routes(app)),
        ]
    if stale:
        return found
    at = utc_now()
    with read_scope(app) as session:
        anchor = last_anchor(app.extensions["audit_anchor"])
        found += [
            Finding("the database is whole", condition.damage(session)),
            Finding("the record of changes is whole", verify(session, app.extensions["audit_key"], anchor)),
            *invariants.examine(session, at=at),
        ]
        if settings.production:
            found.append(Finding("no invented account can sign in", condition.invented_accounts(session)))
    return found


def _is_stale(app: Flask) -> bool:
    """Tell whether migrations are missing; Flask-Alembic would take the lock of writers to find out."""
    with app.app_context():
        heads = set(migrations.script_directory.get_heads())
    with read_scope(app) as session:
        return condition.revisions(session) != heads


def _open_routes(app: Flask) -> list[str]:
    try:
        check_every_route_names_its_permission(app)
    except RuntimeError as error:
        return [str(error)]
    return []


def _secrets(settings: Settings) -> list[Path]:
    return [settings.instance / "secret-key"]


def _load_reference(app: Flask) -> None:
    with session_scope(app, via="command") as session:
        summary = reference.load(session)
    click.echo(f"Reference data: {_counted(asdict(summary))}.")


def _build_town(app: Flask) -> None:
    with session_scope(app, via="command") as session:
        summary = town.build(session, at=utc_now(), password_hash=hash_password(town.DEMO_PASSWORD))
    click.echo(f"The invented town: {_counted(asdict(summary))}.")


def _say_who_can_sign_in(app: Flask) -> None:
    with read_scope(app) as session:
        accounts = session.scalars(select(Account).where(Account.is_demo).order_by(Account.email)).all()
    if accounts:
        click.echo(f"The town is invented. Sign in with the password {town.DEMO_PASSWORD} as one of its staff:")
        for account in accounts:
            if account.is_staff:
                click.echo(f"  {account.email}")
        others = sum(not account.is_staff for account in accounts)
        click.echo(f"or as one of {others} others: flask --app wsgi accounts demo")


def _installation(app: Flask) -> safekeeping.Installation:
    settings = _settings(app)
    return safekeeping.Installation(
        database_url=settings.database_url,
        audit_key=app.extensions["audit_key"],
        anchor=app.extensions["audit_anchor"],
        folder=settings.instance,
        read_anchor=last_anchor,
    )


def _settings(app: Flask) -> Settings:
    return cast("Settings", app.extensions["settings"])


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what is refused into a sentence and the exit status 1."""
    try:
        yield
    except (DomainError, safekeeping.SafekeepingError) as error:
        raise click.ClickException(str(error)) from error


def _stop(number: int, frame: object) -> NoReturn:
    del number, frame
    raise SystemExit(os.EX_OK)
