"""What all ways in share: counting failures, beginning the session, and where a reader is led then."""

from flask import Blueprint, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from models import Account, DraftKind, utc_now
from web.accounts import queries, services
from web.database import current_session, session_scope
from web.drafts.queries import draft_of
from web.drafts.services import claim
from web.security import DRAFT, begin_session, keyed_hash, second_factor_needed, token_hash

bp = Blueprint("accounts", __name__)

AFTER_SIGN_IN = "after_sign_in"


def network() -> str:
    """Return the name under which failures of this network address are counted."""
    return keyed_hash(f"network:{request.remote_addr}")


def refuse_guessing(subjects: list[str]) -> None:
    """Answer 429 where one of the subjects failed too often within the past minutes."""
    limits = current_app.extensions["settings"].rate_limits
    if limits and queries.is_locked_out(current_session(), subjects, at=utc_now()):
        abort(429)


def note_failure(subjects: list[str]) -> None:
    """Count the failure in a transaction of its own, because the refused request is rolled back."""
    current_session().rollback()
    with session_scope(current_app, via="sign-in") as own:
        services.note_failures(own, subjects)


def may_enter(account: Account | None) -> bool:
    """Tell whether the account may open a session; in production those of the demo town may not."""
    is_production = current_app.extensions["settings"].production
    return account is not None and account.may_sign_in and not (account.is_demo and is_production)


def draft_in_browser() -> str | None:
    """Return the hash of the token that this browser keeps for what a visitor typed."""
    return token_hash(session[DRAFT]) if DRAFT in session else None


def enter(
    account: Account, *, wanted: str | None = None, draft: str | None = None, second_factor_passed: bool = False
) -> ResponseReturnValue:
    """Begin a session, give the account what was typed before it, and lead on."""
    wanted = wanted or session.get(AFTER_SIGN_IN)
    begin_session(account, second_factor_passed=second_factor_passed)
    claimed = _claim_drafts(account, draft)
    wanted = wanted or _unfinished(account, claimed=claimed)
    if second_factor_needed(account) and not second_factor_passed:
        session[AFTER_SIGN_IN] = wanted
        return redirect(url_for("accounts.second_factor"), 303)
    return redirect(wanted or url_for("home.index"), 303)


def _claim_drafts(account: Account, draft: str | None) -> bool:
    """Give the account the drafts of this browser and of the one that asked for the link; tell whether one came."""
    found = {hashed for hashed in (draft, draft_in_browser()) if hashed}
    session.pop(DRAFT, None)
    drafts = [claim(current_session(), account, hashed, at=utc_now()) for hashed in sorted(found)]
    return any(drafts)


def _unfinished(account: Account, *, claimed: bool) -> str | None:
    """Return where what was written before the sign-up is gone on with, if something waits for that."""
    if account.memberships and not claimed:
        return None
    if claimed and draft_of(current_session(), account, DraftKind.NEED, at=utc_now()) is not None:
        return url_for("listings.need_step", step="check")
    if draft_of(current_session(), account, DraftKind.ABILITIES, at=utc_now()) is None:
        return None
    has_own_page = "abilities.register" in current_app.view_functions
    return url_for("abilities.register" if has_own_page else "accounts.register")
