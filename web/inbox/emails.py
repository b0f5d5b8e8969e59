"""Wording of the mails about handing over."""

from sqlalchemy.orm import Session

from models import Account, Charge, HandOver
from web.mailer import compose, page_url


def asked(session: Session, question: HandOver) -> None:
    """Ask whether somebody takes a need over."""
    if question.to is None or question.asked_by is None:
        return
    compose(
        session,
        "hand-over-asked",
        to=question.to,
        who=question.asked_by.name,
        title=question.charge.need.title,
        note=question.note,
        url=page_url(session, f"/hand-overs/{question.id}"),
    )


def answered(session: Session, question: HandOver) -> None:
    """Tell whoever asked what the answer is."""
    if question.to is None or question.asked_by is None:
        return
    compose(
        session,
        "hand-over-answered",
        to=question.asked_by,
        who=question.to.name,
        title=question.charge.need.title,
        accepted=question.accepted,
        answer=question.answer,
        url=page_url(session, f"/needs/{question.charge.need_id}"),
    )


def taken_over(session: Session, charge: Charge, *, to: Account, by: Account) -> None:
    """Tell who was in charge of a need, or was asked to be, that an administrator put somebody else in charge."""
    if charge.keeper is None:
        return
    compose(
        session,
        "charge-taken-over",
        to=to,
        who=by.name,
        keeper=charge.keeper.name,
        title=charge.need.title,
        url=page_url(session, "/inbox"),
    )


def put_in_charge(session: Session, charge: Charge, *, by: Account) -> None:
    """Tell somebody that an administrator put them in charge of a need."""
    if charge.keeper is None:
        return
    compose(
        session,
        "put-in-charge",
        to=charge.keeper,
        who=by.name,
        title=charge.need.title,
        url=page_url(session, "/inbox"),
    )
