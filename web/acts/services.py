"""Noting in which way somebody said what a coordinator enters for them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, ActKind, ActOnBehalf, ConsentChannel, Need, Offer, Participant, Role
from models.errors import InvalidValue, NotAllowed, WayMissing
from models.years import town_day


@dataclass(frozen=True, slots=True)
class Said:
    """Who said something, in which way, and on which day."""

    channel: ConsentChannel
    by: str
    on: date


def is_for_somebody_else(account: Account, participant: Participant) -> bool:
    """Tell whether what the account enters was said by others, so that it has to say by whom and how."""
    return not account.represents(participant.id) and account.covers(Role.COORDINATOR, participant.area.path)


def note(  # one argument for each thing that an act tells
    session: Session,
    kind: ActKind,
    participant: Participant,
    said: Said,
    *,
    by: Account,
    at: datetime,
    need: Need | None = None,
    offer: Offer | None = None,
) -> ActOnBehalf:
    """Note in which way somebody said what a coordinator enters for them.

    Raises
    ------
    NotAllowed
        The account speaks for the participant itself, or does not coordinate its place.

    """
    if not is_for_somebody_else(by, participant):
        raise NotAllowed("a coordinator enters what others say, not what they say themselves")
    if said.on > town_day(at):
        raise InvalidValue("what is entered was said before")
    act = ActOnBehalf(
        kind=kind,
        channel=said.channel,
        said_by=said.by,
        said_on=said.on,
        entered_at=at,
        participant=participant,
        need=need,
        offer=offer,
        entered_by=by,
    )
    session.add(act)
    return act


def note_listing(session: Session, row: Need | Offer, said: Said | None, *, by: Account, at: datetime) -> None:
    """Note how a need or offer was said where the account enters it for somebody else; the same word is noted once.

    Raises
    ------
    WayMissing
        It is for somebody else, and nothing says who said it and in which way.

    """
    if not is_for_somebody_else(by, row.participant):
        return
    if said is None:
        raise WayMissing("what is entered for somebody else names who said it, and in which way")
    before = latest_act(session, row)
    if before is not None and said == Said(before.channel, before.said_by, before.said_on):
        return
    if isinstance(row, Need):
        note(session, ActKind.NEED, row.participant, said, by=by, at=at, need=row)
    else:
        note(session, ActKind.OFFER, row.participant, said, by=by, at=at, offer=row)


def latest_act(session: Session, row: Need | Offer) -> ActOnBehalf | None:
    """Return how a need or offer was said last where somebody entered it for others."""
    of_row = ActOnBehalf.need_id == row.id if isinstance(row, Need) else ActOnBehalf.offer_id == row.id
    return session.scalars(
        select(ActOnBehalf).where(of_row).order_by(ActOnBehalf.entered_at.desc(), ActOnBehalf.id).limit(1)
    ).first()
