"""Wording of the mails that tell how a proposal ended."""

from sqlalchemy.orm import Session

from models import Account, Partnership
from web.mailer import compose, page_url


def does_not_come_about(session: Session, partnership: Partnership, *, to: Account) -> None:
    """Tell one account of a party that nothing becomes of it, without saying through whom or why."""
    compose(
        session,
        "does-not-come-about",
        to=to,
        title=partnership.title,
        url=page_url(session, f"/partnerships/{partnership.id}"),
        need_url=page_url(session, f"/needs/{partnership.need_id}")
        if to.represents(partnership.need.participant_id)
        else "",
    )


def proposal_ended(session: Session, partnership: Partnership, *, to: Account) -> None:
    """Tell the coordinator who proposed it; who and why stands only on the page."""
    compose(
        session,
        "proposal-ended",
        to=to,
        title=partnership.title,
        url=page_url(session, f"/partnerships/{partnership.id}"),
        desk_url=page_url(session, "/desk"),
    )
