"""Wording of the mails about a referral: the letter itself, the reminder, and what the sender hears."""

from sqlalchemy.orm import Session

from models import Account, Referral
from web.mailer import compose, page_url
from web.referrals import queries


def referral(session: Session, sent: Referral) -> None:
    """Pass it on to the intermediary or office, with the link that gives the receipt."""
    _to_the_other_side(session, "referral", sent)


def reminder(session: Session, sent: Referral) -> None:
    """Ask once more for the receipt, or for what came of it."""
    _to_the_other_side(session, "referral-reminder", sent)


def withdrawn(session: Session, sent: Referral) -> None:
    """Tell the other side that it need not look after it any longer."""
    _to_the_other_side(session, "referral-withdrawn", sent)


def answered(session: Session, sent: Referral, *, to: Account) -> None:
    """Tell a coordinator what the other side said."""
    compose(
        session,
        "referral-answered",
        to=to,
        name=sent.intermediary.name,
        number=queries.number_of(sent),
        state=sent.state,
        received_by=sent.received_by,
        outcome=sent.outcome,
        url=page_url(session, f"/referrals/{sent.id}"),
    )


def overdue(session: Session, sent: Referral, *, to: Account) -> None:
    """Tell a coordinator that no receipt, or no word of what came of it, came in time."""
    compose(
        session,
        "referral-overdue",
        to=to,
        name=sent.intermediary.name,
        phone=sent.intermediary.phone,
        number=queries.number_of(sent),
        state=sent.state,
        was_reminded=bool(sent.intermediary.email),
        url=page_url(session, f"/referrals/{sent.id}"),
    )


def _to_the_other_side(session: Session, template: str, sent: Referral) -> None:
    # What it is about stands behind the link alone: a mail passes through many hands.
    compose(
        session,
        template,
        address=sent.intermediary.email,
        locale="ja",
        name=sent.intermediary.name,
        place=sent.area.name("ja"),
        sender=sent.sent_by.name if sent.sent_by is not None else "",
        number=queries.number_of(sent),
        state=sent.state,
        due_on=sent.due_on,
        url=page_url(session, f"/referrals/link/{queries.token_for(session, sent)}"),
    )
