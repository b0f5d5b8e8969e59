"""Reads of networks: the public list, one network, what ends soon, and whom one can ask to join."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import Account, Area, Network, NetworkMember, Participant, ParticipantKind, Role, lies_under
from models.search import MOST_WORDS

PAGE_SIZE: Final = 20
TOLD_BEFORE: Final = timedelta(days=30)
FEWEST_TOLD: Final = 5
MOST_FOUND: Final = 20
MOST_CHOICES: Final = 200
PAST, PRESENT = "past", "present"


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of the list of networks."""

    networks: Sequence[Network]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a network as its reader may see it: bodies by name, residents only as a number."""

    named: Sequence[NetworkMember]
    residents: int
    past: Sequence[NetworkMember]

    @property
    def residents_are_few(self) -> bool:
        """Tell whether there are too few residents to give their number."""
        return 0 < self.residents < FEWEST_TOLD


def index_page(session: Session, words: str, area: str, show: str, *, number: int) -> Shown:
    """Return one page of the networks, those that go on first and of these the one that ends first."""
    found = select(Network).join(Area, Network.area_id == Area.id)
    for word in words.split()[:MOST_WORDS]:
        columns = (Network.name, Network.mission)
        found = found.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if area:
        found = found.where(lies_under([area]))
    found = found.where(Network.ended_at.is_not(None) if show == PAST else Network.ended_at.is_(None))
    total = session.scalar(found.with_only_columns(func.count(Network.id))) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    networks = session.scalars(
        found.options(*_with_members())
        .order_by(Network.ended_at.desc() if show == PAST else Network.ends_on, Network.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Shown(networks, total, number)


def ending_soon(session: Session, account: Account, today: date) -> Sequence[Network]:
    """Return the networks that end within 30 days, of the account's places or with a member from there."""
    paths = account.paths(Role.COORDINATOR)
    home = select(Area.id).where(lies_under(paths))
    members = (
        select(NetworkMember.network_id)
        .join(Participant, NetworkMember.participant_id == Participant.id)
        .where(NetworkMember.left_on.is_(None), Participant.area_id.in_(home))
    )
    return session.scalars(
        select(Network)
        .where(
            Network.ended_at.is_(None),
            Network.ends_on <= today + TOLD_BEFORE,
            or_(Network.area_id.in_(home), Network.id.in_(members)),
        )
        .order_by(Network.ends_on, Network.id)
    ).all()


def whole(session: Session, network: Network) -> Network:
    """Return a network with its members."""
    return session.scalars(select(Network).where(Network.id == network.id).options(*_with_members())).one()


def members_for(network: Network, account: Account | None) -> Members:
    """Return who is in a network: a resident is named only to coordinators of where they live."""

    def is_named(member: NetworkMember) -> bool:
        participant = member.participant
        coordinates = account is not None and account.covers(Role.COORDINATOR, participant.area.path)
        return not participant.is_resident or coordinates

    named = [member for member in network.present if is_named(member)]
    return Members(
        named=named,
        residents=len(network.present) - len(named),
        past=[member for member in network.members if member.left_on is not None and is_named(member)],
    )


def past_their_day(session: Session, today: date) -> Sequence[UUID]:
    """Return the networks whose last day has passed and that nobody ended."""
    return session.scalars(
        select(Network.id).where(Network.ended_at.is_(None), Network.ends_on < today).order_by(Network.id)
    ).all()


def lock(session: Session, network: Network) -> None:
    """Make others wait who want to end or extend it, and read it anew."""
    session.execute(select(Network.id).where(Network.id == network.id).with_for_update(key_share=True))
    session.refresh(network, ["ends_on", "extended_because", "ended_at", "members", "version"])


def places(session: Session, account: Account) -> Sequence[Area]:
    """Return the places for which the account may found a network."""
    paths = account.paths(Role.COORDINATOR) + account.paths(Role.ADMINISTRATOR)
    return session.scalars(select(Area).where(lies_under(paths)).order_by(Area.path).limit(MOST_CHOICES)).all()


def places_with_networks(session: Session) -> Sequence[Area]:
    """Return the places that have a network."""
    return session.scalars(
        select(Area).where(Area.id.in_(select(Network.area_id))).options(lazyload(Area.parent)).order_by(Area.path)
    ).all()


def could_join(session: Session, network: Network, account: Account, words: str) -> Sequence[Participant]:
    """Return the participants of this name who could join."""
    if not words:
        return ()
    present = [member.participant_id for member in network.present]
    found = (
        _may_join(network, account)
        .where(Participant.id.not_in(present))
        .order_by(Participant.name, Participant.id)
        .limit(MOST_FOUND)
    )
    for word in words.split()[:MOST_WORDS]:
        columns = (Participant.name, Participant.reading)
        found = found.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return session.scalars(found).all()


def joining(session: Session, network: Network, account: Account, identity: UUID) -> Participant | None:
    """Return the participant with this id, if it could join."""
    return session.scalar(_may_join(network, account).where(Participant.id == identity))


def own_members(network: Network, account: Account | None) -> Sequence[NetworkMember]:
    """Return the members for which the account speaks."""
    return [one for one in network.present if account is not None and account.represents(one.participant_id)]


def _may_join(network: Network, account: Account) -> Select[Participant]:
    """Return the bodies of the municipality, and the residents of the account's own places."""
    around = lies_under([network.area.tenant.path])
    own = lies_under(account.paths(Role.COORDINATOR))
    is_resident = Participant.kind == ParticipantKind.RESIDENT
    return (
        select(Participant)
        .join(Area, Participant.area_id == Area.id)
        .where(Participant.left_at.is_(None), around | own, own | ~is_resident)
        .options(lazyload(Participant.consents))
    )


def member_of(network: Network, identity: UUID) -> NetworkMember | None:
    """Return the member with this id who has not left."""
    return next((member for member in network.present if member.id == identity), None)


def _with_members() -> tuple[Any, ...]:
    return (
        selectinload(Network.members)
        .joinedload(NetworkMember.participant)
        .options(lazyload(Participant.consents), joinedload(Participant.area)),
    )
