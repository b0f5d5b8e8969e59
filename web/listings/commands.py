"""Sheets from the command line: `flask import needs FILE`, `flask import offers FILE`, `flask import undo ID`."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from models import Need, Offer
from web.database import read_scope, session_scope
from web.listings import queries
from web.listings.documents import rows, sheets
from web.listings.documents.words import in_words
from web.listings.services import imports
from web.listings.services.entries import Refusal
from web.listings.services.imports import Change, Plan

LANGUAGES: Final = ("ja", "en")
MOST_SHOWN: Final = 200

imports_group = AppGroup("import", help="Bring in needs and offers from sheets (CSV or XLSX).")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    file: Path
    skip_bad: bool
    dry_run: bool
    language: str


def register(app: Flask) -> None:
    """Add the commands of this feature."""
    app.cli.add_command(imports_group)


def _language() -> str:
    return "en" if os.environ.get("LANG", "").startswith("en") else "ja"


_lang = click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), default=_language, help="Language of the answer."
)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option(
            "--lang", "language", type=click.Choice(LANGUAGES), default=_language, help="Language of the answer."
        ),
        click.option("--dry-run", is_flag=True, help="Show what would happen and write nothing."),
        click.option("--skip-bad", is_flag=True, help="Leave refused rows out and write the others."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = option(command)
    return command


@imports_group.command("needs")
@_options
def import_needs(file: Path, *, skip_bad: bool, dry_run: bool, language: str) -> None:
    """Bring in a sheet of needs."""
    _import(Need, rows.needs, Wishes(file, skip_bad, dry_run, language))


@imports_group.command("offers")
@_options
def import_offers(file: Path, *, skip_bad: bool, dry_run: bool, language: str) -> None:
    """Bring in a sheet of offers."""
    _import(Offer, rows.offers, Wishes(file, skip_bad, dry_run, language))


@imports_group.command("undo")
@click.argument("import_id")
@_lang
def undo(import_id: str, language: str) -> None:
    """Withdraw what one import added and nobody has used yet."""
    with session_scope(_app(), via="command") as session, force_locale(language):
        withdrawn, kept = imports.undo(session, import_id)
        click.echo(_("%(withdrawn)s withdrawn, %(kept)s kept because they are in use.", withdrawn=withdrawn, kept=kept))
    if not withdrawn + kept:
        raise SystemExit(1)


def _import(model: queries.ListingModel, understand: Callable[[sheets.Sheet], rows.Understood], wishes: Wishes) -> None:
    with force_locale(wishes.language):
        try:
            sheet = sheets.read_file(wishes.file)
            understood = understand(sheet)
        except sheets.SheetRefused as refused:
            click.echo(in_words(refused.refusal), err=True)
            click.echo(_("Nothing was written."), err=True)
            raise SystemExit(1) from None
    with _scope(writing=not wishes.dry_run) as session, force_locale(wishes.language):
        if not wishes.dry_run:
            imports.take_turn(session)
        plan = imports.plan(session, understood.entries, model)
        refusals = [*understood.refusals, *plan.refusals]
        _show(sheet.form, understood, plan, refusals)
        is_refused = bool(refusals) and not wishes.skip_bad
        if wishes.dry_run or is_refused:
            click.echo(_("Nothing was written."))
        elif not plan.written:
            click.echo(_("Everything is there already. Nothing was written."))
        else:
            import_id = imports.carry_out(session, plan)
            click.echo(_("Written. To undo: flask --app wsgi import undo %(id)s", id=import_id))
    if is_refused:
        raise SystemExit(1)


def _scope(*, writing: bool) -> AbstractContextManager[Session]:
    return session_scope(_app(), via="command") if writing else read_scope(_app())


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001  # the proxy's way


def _show(form: str, understood: rows.Understood, plan: Plan, refusals: list[Refusal]) -> None:
    new, known = plan.participants_by_knowledge
    click.echo(_("Read as %(form)s: %(rows)s rows.", form=form, rows=understood.rows))
    click.echo(_("Columns that are understood: %(columns)s", columns=", ".join(understood.columns)))
    if understood.ignored:
        click.echo(_("Columns that are left out: %(columns)s", columns=", ".join(understood.ignored)))
    click.echo(_("Participants: %(new)s new, %(known)s known.", new=new, known=known))
    counts = {change.value: plan.count(change) for change in Change}
    if plan.model is Need:
        click.echo(_("Needs: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.", **counts))
    else:
        click.echo(_("Offers: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.", **counts))
    for place in plan.new_places:
        above = "" if place.parent is None else place.parent.name
        click.echo(_("New place: %(name)s (in %(above)s)", name=place.name, above=above or "-"))
    if refusals:
        click.echo(_("Refused: %(count)s rows.", count=len(refusals)))
    for refusal in sorted(refusals, key=lambda one: one.row or 0)[:MOST_SHOWN]:
        click.echo(in_words(refusal), err=True)
    if len(refusals) > MOST_SHOWN:
        click.echo(_("… and %(count)s more.", count=len(refusals) - MOST_SHOWN), err=True)
