"""The way back from a step taken by mistake: shown once, after the step, to the one who took it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from flask import current_app, flash
from itsdangerous import BadSignature, URLSafeSerializer

from models import utc_now
from models.errors import IllegalMove
from web.security import current_account

SHOWN_SECONDS: Final = 15
# A page that arrives slowly, or a hand that is slow, still finds the way back.
KEPT: Final = timedelta(seconds=60)
CATEGORY: Final = "undo"


class Undoable(StrEnum):
    """A step that can be taken back."""

    NEED_WITHDRAWN = "need_withdrawn"
    NEED_DISCARDED = "need_discarded"
    OFFER_PAUSED = "offer_paused"
    OFFER_WITHDRAWN = "offer_withdrawn"
    DRAFT_DISCARDED = "draft_discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """What was done to which row, how the row is known to stand as it did then, and how it stood before."""

    what: Undoable
    row: UUID
    mark: str
    before: str = ""


def offer_undo(step: StepTaken) -> None:
    """Show the button that takes a step back on the next page."""
    flash(
        _serializer().dumps([step.what, str(step.row), step.mark, step.before, _who(), utc_now().timestamp()]), CATEGORY
    )


def step_of(token: str) -> StepTaken:
    """Return the step that a token takes back, for the one who took it and while it can be taken back."""
    try:
        what, row, mark, before, who, at = _serializer().loads(token)
    except BadSignature as error:
        raise IllegalMove("this is no token of ours") from error
    if who != _who() or utc_now() > datetime.fromtimestamp(at, UTC) + KEPT:
        raise IllegalMove("the time to take this back is over")
    return StepTaken(what=Undoable(what), row=UUID(row), mark=mark, before=before)


def _who() -> str:
    account = current_account()
    return "" if account is None else str(account.id)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=CATEGORY)
