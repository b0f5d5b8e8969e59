"""The desk from the command line."""

import json
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from matching.learning import FEWEST, Standing, propose, reordered
from models import Area, Participant, utc_now
from web.database import read_scope, session_scope
from web.i18n import LOCALES
from web.suggestions import documents, services
from web.suggestions.queries import desk, profiles, replays, reviews, verdicts

group = AppGroup("suggestions", help="Look for partners, and see why some were suggested and others not.")
search = AppGroup("search", help="By what offers are found.")
WHY: Final = {
    Standing.TOO_FEW: f"nothing is proposed: fewer than {FEWEST} verdicts",
    Standing.ONE_SIDED: "nothing is proposed: it takes approvals and refusals, on more than one need",
    Standing.NO_BETTER: "nothing is proposed: learnt weights are not better than the present ones beyond chance",
    Standing.BETTER: "these weights would tell approved from refused better; they are not switched on by this",
}
in_language = click.option("--lang", type=click.Choice(LOCALES), default="ja", show_default=True, help="Language.")


def register(app: Flask) -> None:
    """Add the commands of this feature."""
    app.cli.add_command(group)
    app.cli.add_command(search)


@group.command("refresh")
@click.option("--municipality", default="", metavar="PATH", help="One municipality; all with open needs by default.")
@click.option("--queue", "is_left_to_workers", is_flag=True, help="Only ask: the workers do it, as many as there are.")
def refresh(municipality: str, *, is_left_to_workers: bool) -> None:
    """Look for partners at once, and publish what was found."""
    app = _app()
    with read_scope(app) as session:
        places = [(area.id, area.path) for area in desk.municipalities_with_needs(session, path=municipality)]
    if municipality and not places:
        raise click.BadParameter(f"there is no place {municipality}")
    if is_left_to_workers:
        for area_id, _ in places:
            with session_scope(app, via="command") as session:
                services.request_run(session, session.get_one(Area, area_id), by=None)
        click.echo(f"{len(places)} asked for")
        return
    for area_id, path in places:
        with click.progressbar(length=1, label=path, file=sys.stderr) as bar:
            is_done = services.refresh_now(
                partial(read_scope, app),
                partial(session_scope, app, via="command"),
                area_id,
                beat=_moves(bar),
                dense=app.extensions["settings"].dense_model,
            )
            bar.update((bar.length or 0) - bar.pos)
        if not is_done:
            raise click.ClickException(f"partners are being looked for in {path} already")


@search.command("reindex")
@click.option("--missing", "only_missing", is_flag=True, help="Only offers of which nothing is written yet.")
def reindex(*, only_missing: bool) -> None:
    """Write anew by what every offer is found, some at a time."""
    app = _app()
    count = services.reindex_all(partial(session_scope, app, via="command"), only_missing=only_missing)
    click.echo(f"{count} offers")


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, one object a suggestion.")
@click.option("--need", default="", help="Id or title of a need.")
@click.option("--municipality", default="", metavar="PATH", help="One municipality.")
@in_language
def list_all(*, as_json: bool, need: str, municipality: str, lang: str) -> None:
    """List the suggestions that wait for a decision."""
    app = _app()
    with read_scope(app) as session, force_locale(lang):
        rows = reviews.published(session, municipality=municipality, need=need)
        shown = [documents.as_json(documents.seen(row, row.need, naming=_full_name)) for row in rows]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for one in shown:
        figure = "—" if one["score"] is None else f"{one['score']:.2f} ({one['confidence']:.2f})"
        partners = "、".join(one["partners"])
        why = f"  {one['reasons'][0]}" if one["score"] is None and one["reasons"] else ""
        click.echo(f"{one['municipality']}  {one['need']}  {one['rank']}. {figure}  {partners}{why}")


@group.command("explain")
@click.argument("need")
@click.argument("offer")
@in_language
def explain(need: str, offer: str, lang: str) -> None:
    """Say why OFFER is or is not suggested for NEED, each an id or a title, or the offering body's name."""
    app = _app()
    with read_scope(app) as session, force_locale(lang):
        offers = reviews.find_offers(session, offer)
        if len({found.participant_id for found in offers}) != 1:
            raise _not_one(offers, offer)
        needs = reviews.find_needs(session, need)
        if len(needs) != 1:
            raise _not_one(needs, need)
        row, pairs = replays.explain(session, needs[0], offers, at=utc_now())
        for pair in pairs:
            for line in documents.explained(
                row,
                pair.offer,
                pair.explanation,
                is_faint=pair.is_faint,
                is_suggested=pair.is_suggested,
                was_refused=pair.was_refused,
            ):
                click.echo(line)


@group.command("replay")
@click.argument("run")
def replay(run: str) -> None:
    """Compute a RUN (its id, or `latest`) again from its frozen input; exit with 1 where anything differs."""
    with read_scope(_app()) as session:
        found = reviews.runs_called(session, run)
        if not found:
            raise click.ClickException(f"there is no run {run}")
        replayed = [replays.replay_run(session, one) for one in found]
    different = [suggestion for one in replayed for suggestion in one.different]
    for one, outcome in zip(found, replayed, strict=True):
        click.echo(f"{one.id}: {outcome.equal} equal, {len(outcome.different)} different, {outcome.erased} erased")
    for suggestion in different:
        click.echo(f"different: {suggestion.id}")
    if different:
        raise click.exceptions.Exit(1)


@group.command("weigh")
def weigh() -> None:
    """Propose weights from what coordinators decided, with a back-test; switches nothing on."""
    with read_scope(_app()) as session:
        present = profiles.weights(session)
        proposal = propose(verdicts.told_apart(session), present=present)
        undecided = verdicts.undecided(session)
    click.echo(f"verdicts: {proposal.verdicts}, of which {proposal.approvals} approved")
    if proposal.present_auc is not None and proposal.proposed_auc is not None:
        click.echo(
            f"back-test (approved before refused): present {proposal.present_auc:.3f}, "
            f"learnt {proposal.proposed_auc:.3f}, largest gain by chance {proposal.noise:+.3f}"
        )
    click.echo(WHY[proposal.standing])
    for name, weight in present.as_mapping().items():
        change = proposal.differences.get(name)
        learnt = "" if change is None else f"  -> {weight + change:.2f}  ({change:+.2f})"
        click.echo(f"  {name:<11} {weight:.2f}{learnt}")
    if proposal.proposed is not None:
        moved = reordered(undecided, old=present, new=proposal.proposed)
        click.echo(f"{moved} of {len(undecided)} suggestions that wait for a decision would change their place")


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # behind the proxy
    return app


def _moves(bar: Any) -> services.Beat:
    def beat(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos)

    return beat


def _full_name(participant: Participant) -> str:
    """Return the name: whoever runs commands on the server sees everything."""
    return participant.name


def _not_one(found: Sequence[object], text: str) -> click.ClickException:
    return click.ClickException(f"{'more than one is' if found else 'nothing is'} called {text}")
