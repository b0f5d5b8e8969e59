"""The year's review from the command line: `flask review pack --municipality CODE --year 2026 OUTDIR`."""

from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from models import utc_now
from models.years import town_day
from web.agreements.documents import pdf_can_be_made
from web.database import read_scope
from web.review import documents, queries

group = AppGroup("review", help="What the promotion council reads about a year.")


def register(app: Flask) -> None:
    """Add the commands of this feature."""
    app.cli.add_command(group)


@group.command("pack")
@click.option("--municipality", "code", required=True, help="Its path, or the last part of it.")
@click.option("--year", required=True, type=int, help="The fiscal year, by the year of its April.")
@click.option("--on", "stated", type=click.DateTime(["%Y-%m-%d"]), help="As at which day; else the last that has been.")
@click.option("--lang", "language", type=click.Choice(["ja", "en"]), default="ja", help="Language of the pack.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def write_pack(code: str, year: int, stated: datetime | None, language: str, folder: Path) -> None:
    """Write the pack into FOLDER: a page, a workbook, and a PDF where that can be made."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # behind the proxy
    today = town_day(utc_now())
    on = queries.last_day(year, today) if stated is None else stated.date()
    if not queries.is_possible(year, on, today=today):
        raise click.BadParameter(f"there is no review of fiscal year {year} as at {on}")
    with read_scope(app) as session, force_locale(language):
        found = queries.municipality_named(session, code)
        if len(found) != 1:
            known = ", ".join(area.path for area in found) or "none"
            raise click.BadParameter(f"one municipality is needed, and {code!r} names {known}")
        pack = queries.pack(session, found[0], year=year, on=on)
        files = {"html": documents.as_html(pack).encode(), "xlsx": documents.as_workbook(pack)}
        if pdf_can_be_made():
            files["pdf"] = documents.as_pdf(pack)
    folder.mkdir(parents=True, exist_ok=True)
    for ending, content in files.items():
        path = folder / f"review-{found[0].path.rpartition('.')[2]}-{year}.{ending}"
        path.write_bytes(content)
        click.echo(str(path))
    if "pdf" not in files:
        click.echo("no PDF: the extra “pdf” is not installed; the page can be printed", err=True)
