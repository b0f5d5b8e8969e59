"""Changes: a network is founded, gets members, more time, and ends."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from models import Account, Area, Network, NetworkMember, Participant, Role
from models.errors import AlreadyDecided, NotAllowed, WayMissing
from models.years import town_day
from web.acts.services import Said
from web.networks import emails, queries
from web.participants.queries import accounts_of

# What the clock writes down stands in the language of the town, as all that is written down.
TIME_WAS_UP: Final = "期間が終わったため、解散しました。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """What a network is for, how one sees that it is fulfilled, and until when."""

    name: str
    mission: str
    measure: str
    area: Area
    starts_on: date
    ends_on: date


def found(session: Session, mission: Mission, *, by: Account) -> Network:
    """Found a network for a mission."""
    _check_looks_after(by, mission.area)
    network = Network(
        name=mission.name,
        mission=mission.mission,
        measure=mission.measure,
        area=mission.area,
        starts_on=mission.starts_on,
        ends_on=mission.ends_on,
    )
    session.add(network)
    return network


def reword(network: Network, *, name: str, mission: str, measure: str, version: int) -> None:
    """Change how the mission is worded; its last day is moved only with a reason."""
    network.check_version(version)
    if network.is_over:
        raise AlreadyDecided("a network that has ended stays as it was")
    network.name, network.mission, network.measure = name, mission, measure


def join(
    session: Session, network: Network, participant: Participant, said: Said | None, *, by: Account, at: datetime
) -> NetworkMember:
    """Let a participant be a member, who hears of it; who is one already stays one.

    Raises
    ------
    WayMissing
        Somebody else enters it, and nothing says how the participant agreed.

    """
    if said is None and not by.represents(participant.id):
        raise WayMissing("whoever is entered as a member has agreed in some way")
    queries.lock(session, network)
    if network.is_over:
        raise AlreadyDecided("nobody joins a network that has ended")
    present = next((one for one in network.present if one.participant_id == participant.id), None)
    if present is not None:
        return present
    member = NetworkMember(network=network, participant=participant, joined_on=town_day(at))
    if said is not None:
        member.channel, member.said_by, member.entered_by = said.channel, said.by, by
    session.add(member)
    for account in accounts_of(session, [participant])[participant.id]:
        if account is not by:
            emails.joined(session, member, to=account)
    return member


def leave(session: Session, member: NetworkMember, *, by: Account, at: datetime) -> None:
    """Note that somebody is a member no longer; where somebody else notes it, they hear of it."""
    member.leave(on=max(town_day(at), member.joined_on))
    if by.represents(member.participant_id):
        return
    for account in accounts_of(session, [member.participant])[member.participant_id]:
        emails.left(session, member, to=account)


def extend(session: Session, network: Network, *, until: date, because: str) -> None:
    """Give the mission more time."""
    queries.lock(session, network)
    network.extend(until=until, because=because)


def end(session: Session, network: Network, *, because: str, fulfilled: bool, by: Account, at: datetime) -> None:
    """End a network with its mission, and tell its members."""
    queries.lock(session, network)
    network.end(because=because, fulfilled=fulfilled, at=at)
    _tell_members(session, network, but=by)


def keep_time(session: Session, network: Network, *, at: datetime) -> None:
    """End a network whose last day has passed; nobody has said then whether its mission was fulfilled."""
    queries.lock(session, network)
    if not network.is_over and network.ends_on < town_day(at):
        network.end(because=TIME_WAS_UP, fulfilled=None, at=at)
        _tell_members(session, network, but=None)


def _tell_members(session: Session, network: Network, *, but: Account | None) -> None:
    """Write to everybody who speaks for a member, once, but not to who ended it."""
    accounts = accounts_of(session, [member.participant for member in network.present])
    for account in {one.id: one for of_one in accounts.values() for one in of_one}.values():
        if account is not but:
            emails.ended(session, network, to=account)


def _check_looks_after(account: Account, area: Area) -> None:
    if not any(account.covers(role, area.path) for role in (Role.COORDINATOR, Role.ADMINISTRATOR)):
        raise NotAllowed("a network is founded by those who look after the place")
