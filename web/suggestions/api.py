"""The desk for programs, through the same reads and changes as the pages."""

from functools import partial
from typing import Final
from uuid import UUID

from flask import abort, jsonify
from flask.typing import ResponseReturnValue
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from models import Permission, Suggestion, Verdict
from web.database import current_session
from web.security import account_at_work, requires
from web.suggestions import documents, services
from web.suggestions.queries import desk, reviews

LONGEST_NOTE: Final = 2000

bp = APIBlueprint("suggestions_api", __name__, url_prefix="/api/v1", abp_security=[{"bearer": []}])


class Shape(BaseModel):
    """What every body and answer shares: no field that is not named."""

    model_config = ConfigDict(extra="forbid", strict=False)


class SuggestionPath(Shape):
    """The id in the address."""

    id: UUID


class ListQuery(Shape):
    """Which suggestions, and which page of them."""

    verdict: Verdict | None = Field(default=None, description="Those that wait for a decision where it is left out.")
    page: int = Field(default=1, ge=1, le=100_000)


class ApprovalBody(Shape):
    """An approval of the suggestion as it was read."""

    version: int | None = None


class ReviewBody(Shape):
    """A coded reason with a note."""

    reason: str = Field(min_length=1, max_length=60)
    note: str = Field(default="", max_length=LONGEST_NOTE)
    version: int | None = None


class RunBody(Shape):
    """Where partners are looked for."""

    municipality: str = Field(min_length=1, max_length=200, description="The path of the municipality.")


class SuggestionOut(Shape):
    """A suggestion with its reasons in words; contact details are never part of it."""

    id: UUID
    need: str
    need_id: UUID
    municipality: str
    rank: int
    partners: list[str]
    score: float | None
    confidence: float
    open_slots: list[str]
    reasons: list[str]
    verdict: Verdict
    version: int
    awaits_second_approval: bool


class SuggestionPage(Shape):
    """One page of suggestions."""

    items: list[SuggestionOut]
    page: int
    total: int


class DecisionOut(Shape):
    """What came of a decision."""

    verdict: Verdict
    partnership_id: UUID | None
    awaits_second_approval: bool


class JobOut(Shape):
    """A piece of work that was asked for."""

    job_id: UUID


@bp.get("/suggestions", responses={200: SuggestionPage})
@requires(Permission.DESK_SEE)
def suggestions(query: ListQuery) -> ResponseReturnValue:
    """List the suggestions of the places that the account coordinates."""
    rows, total = reviews.suggestions(current_session(), account_at_work(), verdict=query.verdict, page=query.page)
    items = [_shown(row) for row in rows]
    return jsonify(SuggestionPage(items=items, page=query.page, total=total).model_dump(mode="json"))


@bp.get("/suggestions/<uuid:id>", responses={200: SuggestionOut})
@requires(Permission.SUGGESTION_SEE, on=Suggestion)
def suggestion(suggestion: Suggestion, path: SuggestionPath) -> ResponseReturnValue:
    """Read one suggestion."""
    del path
    return jsonify(_shown(reviews.load_suggestion(current_session(), suggestion)).model_dump(mode="json"))


@bp.post("/suggestions/<uuid:id>/approve", responses={200: DecisionOut})
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def approve(suggestion: Suggestion, path: SuggestionPath, body: ApprovalBody) -> ResponseReturnValue:
    """Approve one suggestion and ask its parties."""
    del path
    _check_version(suggestion, body.version)
    partnership = services.approve(current_session(), suggestion, by=account_at_work())
    return _decision(suggestion, None if partnership is None else partnership.id)


@bp.post("/suggestions/<uuid:id>/hold", responses={200: DecisionOut})
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def hold(suggestion: Suggestion, path: SuggestionPath, body: ReviewBody) -> ResponseReturnValue:
    """Keep one suggestion for later."""
    del path
    _check_version(suggestion, body.version)
    services.hold(current_session(), suggestion, body.reason, note=body.note, by=account_at_work())
    return _decision(suggestion, None)


@bp.post("/suggestions/<uuid:id>/refuse", responses={200: DecisionOut})
@requires(Permission.SUGGESTION_REVIEW, on=Suggestion)
def refuse(suggestion: Suggestion, path: SuggestionPath, body: ReviewBody) -> ResponseReturnValue:
    """Decide against one suggestion."""
    del path
    _check_version(suggestion, body.version)
    services.refuse(current_session(), suggestion, body.reason, note=body.note, by=account_at_work())
    return _decision(suggestion, None)


@bp.post("/runs", responses={202: JobOut})
@requires(Permission.DESK_SEE)
def run(body: RunBody) -> ResponseReturnValue:
    """Ask for partners to be looked for in one municipality."""
    account = account_at_work()
    places, _jobs = desk.places_of(current_session(), account)
    municipality = next((one for one in desk.municipalities_of(places) if one.path == body.municipality), None)
    if municipality is None:
        abort(404)
    job = services.request_run(current_session(), municipality, by=account)
    return jsonify(JobOut(job_id=job.id).model_dump(mode="json")), 202


def _check_version(suggestion: Suggestion, version: int | None) -> None:
    if version is not None:
        suggestion.check_version(version)


def _shown(row: Suggestion) -> SuggestionOut:
    shown = documents.seen(row, row.need, naming=partial(documents.shown_name, account_at_work()))
    return SuggestionOut(
        **documents.as_json(shown), version=row.version, awaits_second_approval=row.awaits_second_approval
    )


def _decision(suggestion: Suggestion, partnership_id: UUID | None) -> ResponseReturnValue:
    decision = DecisionOut(
        verdict=suggestion.verdict,
        partnership_id=partnership_id,
        awaits_second_approval=suggestion.awaits_second_approval,
    )
    return jsonify(decision.model_dump(mode="json"))
