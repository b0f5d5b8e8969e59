"""Which suggestions and needs a coordinator may see, and what makes a case of them: something to decide."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, lazyload

from models import (
    Account,
    Area,
    Charge,
    Need,
    NeedOutcome,
    NeedStatus,
    Participant,
    Role,
    Suggestion,
    SuggestionApproval,
    Verdict,
    lies_under,
)
from models.suggestions import UNDECIDED, published_runs

PAGE_SIZE: Final = 20
FAINT: Final = "team_faint"


def visible_to(account: Account) -> Select[Suggestion]:
    """Return the suggestions for needs in the places that the account coordinates."""
    return (
        select(Suggestion)
        .join(Need, Suggestion.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(lies_under(account.paths(Role.COORDINATOR)))
    )


def needs_visible_to(account: Account) -> Select[Need]:
    """Return the open needs in the places that the account coordinates."""
    return (
        select(Need)
        .join(Area, Need.area_id == Area.id)
        .where(lies_under(account.paths(Role.COORDINATOR)), Need.status == NeedStatus.OPEN)
    )


def is_worth_deciding(is_approved_once: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a suggestion is more than the nearest where nobody fits: it fits, or somebody acted on it."""
    return or_(~is_faint(), Suggestion.verdict == Verdict.HELD, is_approved_once)


def is_faint() -> ColumnElement[bool]:
    """Return whether nobody is truly near, and the team only comes nearest: its reasons begin with that."""
    return func.coalesce(Suggestion.reasons[(0, "code")].as_string(), "") == FAINT


def has_team() -> ColumnElement[bool]:
    """Return whether there is a suggestion for a `Need` on which somebody has to decide."""
    is_approved_once = (
        select(SuggestionApproval.id)
        .where(SuggestionApproval.suggestion_id == Suggestion.id)
        .correlate(Suggestion)
        .exists()
    )
    return (
        select(Suggestion.id)
        .where(Suggestion.need_id == Need.id, Suggestion.verdict.in_(UNDECIDED), is_worth_deciding(is_approved_once))
        .exists()
    )


def outcome() -> tuple[type[NeedOutcome], ColumnElement[bool]]:
    """Return what joins the outcome of a need: one alone among all published runs, of the municipality or the need."""
    return NeedOutcome, and_(NeedOutcome.need_id == Need.id, NeedOutcome.run_id.in_(published_runs()))


def of_need() -> tuple[Any, ...]:
    """Return the options that load a need as a list shows it."""
    return (
        joinedload(Need.participant).options(lazyload(Participant.consents)),
        joinedload(Need.area),
        joinedload(Need.standing_charge)
        .joinedload(Charge.keeper)
        .options(lazyload(Account.memberships), lazyload(Account.appointments)),
        lazyload(Need.posted_by),
    )
