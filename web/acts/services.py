"""Noting in which way somebody said what a coordinator enters for them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import Account, ActKind, ActOnBehalf, ConsentChannel, Need, Offer, Participant, Role
from models.errors import InvalidValue, NotAllowed
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
