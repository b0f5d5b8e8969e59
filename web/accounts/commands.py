"""Commands about accounts: the first ones, appointments, and the demo town's sign-ins."""

import json

import click
from flask import Flask, current_app

from models import Role, utc_now
from web.accounts import queries, services
from web.database import read_scope, session_scope
from web.security import hash_password


def register(app: Flask) -> None:
    """Add `flask accounts …`."""
    app.cli.add_command(accounts)


@click.group()
def accounts() -> None:
    """Accounts and what they are appointed to."""


@accounts.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def demo(*, as_json: bool) -> None:
    """List the demo town's sign-ins with their roles."""
    from seeds.town import DEMO_PASSWORD

    with read_scope(current_app) as session:
        rows = [
            {
                "email": account.email,
                "password": DEMO_PASSWORD,
                "name": account.name,
                "role": queries.main_role(account),
                "roles": queries.roles(account),
                "municipality": queries.main_municipality(account),
                "areas": [appointment.area.name_ja for appointment in account.appointments],
                "participants": [membership.participant.name for membership in account.memberships],
            }
            for account in queries.demo_accounts(session)
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        places = "、".join([*row["areas"], *row["participants"]])
        click.echo(f"{row['email']:40} {row['role']:15} {places}")


@accounts.command()
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
@click.password_option(help="Password; asked for when it is not given.")
def create(email: str, name: str, password: str) -> None:
    """Create a confirmed account."""
    with session_scope(current_app, via="command") as session:
        if queries.by_email(session, email) is not None:
            raise click.ClickException(f"{email} has an account already")
        services.create_account(session, email=email, name=name, password_hash=hash_password(password), at=utc_now())
    click.echo(f"{email}: account created")


@accounts.command()
@click.argument("email")
@click.argument("role", type=click.Choice([Role.COORDINATOR.value, Role.ADMINISTRATOR.value]))
@click.argument("area_path")
def appoint(email: str, role: str, area_path: str) -> None:
    """Appoint an account to a place, as in: appoint a@example.jp coordinator jp.14.kawasaki."""
    with session_scope(current_app, via="command") as session:
        account = queries.by_email(session, email)
        if account is None:
            raise click.ClickException(f"there is no account {email}")
        area = queries.area_at(session, area_path)
        if area is None:
            raise click.ClickException(f"there is no area {area_path}")
        services.appoint(session, account, area, Role(role))
        name = area.name_ja
    click.echo(f"{email}: {role} of {name}")
