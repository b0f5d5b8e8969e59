"""Administration from the command line."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from models import utc_now
from web.administration.queries import weights as queries
from web.administration.services import weights as services
from web.database import read_scope, session_scope

group = AppGroup("weights", help="The weights of the engine: which there are, and which count.")


def register(app: Flask) -> None:
    """Add the commands of this feature."""
    app.cli.add_command(group)


@group.command("list")
def list_all() -> None:
    """List every set of weights, the newest first; the one that counts has a star."""
    with read_scope(_app()) as session:
        for one in queries.history(session):
            told = "  ".join(f"{name} {value:.2f}" for name, value in one.weights.items())
            click.echo(f"{'*' if one.is_active else ' '} {one.number:>3}  {told}  {one.reason or ''}".rstrip())


@group.command("use")
@click.argument("number", type=int)
def use(number: int) -> None:
    """Let the weights of this NUMBER count, new or earlier ones, and have partners looked for anew."""
    with session_scope(_app(), via="command") as session:
        wanted = queries.numbered(session, number)
        if wanted is None:
            raise click.BadParameter(f"there are no weights {number}")
        services.use(session, wanted, at=utc_now())
    click.echo(f"weights {number} count from now on")


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # behind the proxy
    return app
