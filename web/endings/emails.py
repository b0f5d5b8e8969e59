"""Wording of the mails about the term of a partnership and its end."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from models import Account, LedgerLine, OutboxMail, Partnership, Role
from web.mailer import compose, page_url


def partnership_ends(session: Session, partnership: Partnership, *, to: Account) -> OutboxMail:
    """Tell one account that a partnership ends soon, and what is to be decided."""
    return compose(
        session,
        "partnership-ends",
        to=to,
        title=partnership.title,
        ends_on=partnership.ends_on,
        url=page_url(session, f"/partnerships/{partnership.id}"),
    )


def evaluation_asked(session: Session, partnership: Partnership, *, is_staff: bool, to: Account) -> None:
    """Ask one account to look back, or tell a coordinator that the parties are asked."""
    page = "end" if is_staff else "evaluation"
    compose(
        session,
        "evaluation-asked",
        to=to,
        title=partnership.title,
        until=partnership.evaluated_until,
        decided_until=partnership.decided_until,
        is_staff=is_staff,
        url=page_url(session, f"/partnerships/{partnership.id}/{page}"),
    )


def dissolved(session: Session, partnership: Partnership, missing: Sequence[LedgerLine], *, to: Account) -> None:
    """Tell a coordinator that a partnership was dissolved because nobody decided in time."""
    compose(
        session,
        "partnership-dissolved",
        to=to,
        title=partnership.title,
        decided_until=partnership.decided_until,
        missing=[line.what for line in missing],
        url=page_url(session, f"/partnerships/{partnership.id}/case"),
    )


def agreement_awaited(
    session: Session, partnership: Partnership, *, days: int, withdrawn_on: date, to: Account
) -> OutboxMail:
    """Tell a coordinator that all said yes long ago and nothing was agreed."""
    return compose(
        session,
        "agreement-awaited",
        to=to,
        title=partnership.title,
        days=days,
        withdrawn_on=withdrawn_on,
        url=page_url(session, f"/partnerships/{partnership.id}"),
    )


def never_agreed(session: Session, partnership: Partnership, *, days: int, to: Account) -> None:
    """Tell one account that a partnership was taken back because nothing was agreed."""
    need = partnership.need
    may_see_who_helps = to.represents(need.participant_id) or to.covers(Role.COORDINATOR, need.area.path)
    compose(
        session,
        "never-agreed",
        to=to,
        title=partnership.title,
        days=days,
        need_url=page_url(session, f"/needs/{partnership.need_id}") if may_see_who_helps else None,
        url=page_url(session, f"/partnerships/{partnership.id}"),
    )
