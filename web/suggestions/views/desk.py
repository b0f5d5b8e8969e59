"""The desk, the assignment for a season, and the work that was asked for."""

from typing import Final

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Job, Permission, utc_now
from web.database import current_session
from web.i18n import locale
from web.security import account_at_work, requires
from web.suggestions import documents, forms, services
from web.suggestions.queries import desk
from web.suggestions.queries.season import season as season_of
from web.suggestions.views.blueprint import bp, naming, number, page_of

SEASONS: Final = ("stability", "total")


@bp.get("/desk")
@requires(Permission.DESK_SEE)
def index() -> ResponseReturnValue:
    """Show what needs this coordinator today."""
    narrowed, at = forms.DeskFilter(request.args), utc_now()
    narrowing = narrowed.narrowing
    found = desk.desk(current_session(), account_at_work(), at=at, page=number(), narrowing=narrowing)
    narrowed.offer_places([place.area for place in found.places], locale())
    today = found.today
    return render_template(
        "suggestions/index.html",
        desk=found,
        today=today,
        late=[documents.late(one, naming=naming(), at=at) for one in (today.overdue.rows if today else found.overdue)],
        narrowed=narrowed,
        narrowing=narrowing,
        refreshing=forms.RefreshForm(),
        cases=[documents.case_of(waiting, naming=naming()) for waiting in found.waiting],
        unmet=[documents.unmet_card(one, naming=naming()) for one in found.unmet],
        page=page_of(found.total),
    )


@bp.get("/desk/season")
@requires(Permission.DESK_SEE)
def season() -> ResponseReturnValue:
    """Show one assignment of all open needs of a municipality."""
    account = account_at_work()
    places, _jobs = desk.places_of(current_session(), account)
    municipalities = desk.municipalities_of(places)
    path = request.args.get("area", "")
    chosen = next((area for area in municipalities if area.path == path), next(iter(municipalities), None))
    by = request.args.get("by", SEASONS[0])
    if by not in SEASONS:
        abort(404)
    found = season_of(current_session(), account, chosen, by=by, page=number()) if chosen else None
    if found is not None and found.ways and by not in found.ways:
        return redirect(url_for("suggestions.season", area=path or None))
    return render_template(
        "suggestions/season.html",
        municipalities=municipalities,
        chosen=chosen,
        by=by,
        season=found,
        rows=[documents.assigned(row, naming=naming()) for row in found.rows] if found else [],
        page=page_of(found.total if found else 0),
    )


@bp.post("/desk/refresh")
@requires(Permission.DESK_SEE)
def refresh() -> ResponseReturnValue:
    """Ask for partners to be looked for, and show how far that is."""
    account = account_at_work()
    places, _jobs = desk.places_of(current_session(), account)
    form = forms.RefreshForm()
    form.offer_municipalities(desk.municipalities_of(places), locale())
    if not form.validate_on_submit():
        abort(422)
    job = services.request_run(current_session(), form.chosen, by=account)
    return redirect(url_for("suggestions.job", id=job.id), 303)


@bp.get("/jobs/<uuid:id>")
@requires(Permission.JOB_SEE, on=Job)
def job(job: Job) -> ResponseReturnValue:
    """Show how far a piece of work is."""
    return render_template("suggestions/job.html", job=job)


@bp.get("/jobs/<uuid:id>/progress")
@requires(Permission.JOB_SEE, on=Job)
def job_progress(job: Job) -> ResponseReturnValue:
    """Answer the part of that page that changes."""
    return render_template("suggestions/_progress.html", job=job, alone=True)
