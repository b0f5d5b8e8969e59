"""Reads of the people of a body and of the staff of places, and of invitations that wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import Account, Appointment, Area, Invitation, Membership, Participant, Role, lies_under


@dataclass(frozen=True, slots=True)
class SeenMember:
    """One person of a body as far as the reader may see; the address is for its managers."""

    membership: Membership
    name: str
    email: str | None
    is_self: bool
    is_last_manager: bool


def members(session: Session, participant: Participant, reader: Account) -> list[SeenMember]:
    """Return who speaks for a body, managers first."""
    found = session.scalars(
        select(Membership)
        .where(Membership.participant_id == participant.id)
        .options(joinedload(Membership.account).options(lazyload(Account.memberships), lazyload(Account.appointments)))
        .order_by(Membership.role, Membership.created_at, Membership.id)
    ).all()
    managers = [one for one in found if one.role is Role.MANAGER]
    shows_address = reader.manages(participant.id)
    return [
        SeenMember(
            membership=one,
            name=one.account.name,
            email=one.account.email if shows_address else None,
            is_self=one.account_id == reader.id,
            is_last_manager=managers == [one],
        )
        for one in sorted(found, key=lambda one: one.role is not Role.MANAGER)
    ]


def other_managers(session: Session, membership: Membership) -> int:
    """Return how many others manage the same body; whoever ends another membership at the same time waits."""
    session.execute(select(Participant.id).where(Participant.id == membership.participant_id).with_for_update())
    return (
        session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(
                Membership.participant_id == membership.participant_id,
                Membership.role == Role.MANAGER,
                Membership.id != membership.id,
            )
        )
        or 0
    )


def waiting_for(session: Session, participant: Participant) -> Sequence[Invitation]:
    """Return the invitations to speak for a body that were neither accepted nor taken back, newest first."""
    return session.scalars(_waiting().where(Invitation.participant_id == participant.id)).all()


def staff_visible_to(account: Account) -> Select[Appointment]:
    """Return the appointments in the places that the account administers."""
    return select(Appointment).join(Area, Appointment.area_id == Area.id).where(_administered_by(account))


def staff(session: Session, account: Account) -> Sequence[Appointment]:
    """Return who looks after which of the account's places, place by place."""
    return session.scalars(
        staff_visible_to(account)
        .options(joinedload(Appointment.account).options(lazyload(Account.memberships), lazyload(Account.appointments)))
        .order_by(Area.path, Appointment.role, Appointment.created_at, Appointment.id)
    ).all()


def staff_invitations(session: Session, account: Account) -> Sequence[Invitation]:
    """Return the invitations to look after the account's places that wait, or have just grown too old."""
    return session.scalars(
        _waiting()
        .join(Area, Invitation.area_id == Area.id)
        .where(Invitation.participant_id.is_(None), _administered_by(account))
    ).all()


def places_of(session: Session, account: Account) -> Sequence[Area]:
    """Return the places to which the account may appoint, from the largest down."""
    return session.scalars(
        select(Area).where(_administered_by(account)).options(joinedload(Area.parent)).order_by(Area.path)
    ).all()


def other_administrators(session: Session, appointment: Appointment) -> int:
    """Return how many other accounts administer the place, be it from a larger one above."""
    path = appointment.area.path
    above = [path.rsplit(".", cut)[0] for cut in range(path.count(".") + 1)]
    session.execute(select(Area.id).where(Area.id == appointment.area_id).with_for_update())
    return (
        session.scalar(
            select(func.count())
            .select_from(Appointment)
            .join(Area, Appointment.area_id == Area.id)
            .join(Account, Appointment.account_id == Account.id)
            .where(
                Appointment.role == Role.ADMINISTRATOR,
                Appointment.account_id != appointment.account_id,
                Area.path.in_(above),
                Account.suspended_at.is_(None),
            )
        )
        or 0
    )


def invitation_of(session: Session, token_hash: str) -> Invitation | None:
    """Return the invitation whose link holds the token with this hash."""
    return session.scalar(select(Invitation).where(Invitation.token_hash == token_hash))


def earlier(session: Session, invitation: Invitation) -> Sequence[Invitation]:
    """Return what the same address was asked before about the same body or place and has not answered."""
    return session.scalars(
        select(Invitation).where(
            Invitation.email == invitation.email,
            Invitation.participant_id == (invitation.participant.id if invitation.participant else None),
            Invitation.area_id == invitation.area.id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
    ).all()


def _administered_by(account: Account) -> ColumnElement[bool]:
    return lies_under(account.paths(Role.ADMINISTRATOR))


def _waiting() -> Select[Invitation]:
    return (
        select(Invitation)
        .where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .options(
            joinedload(Invitation.invited_by).options(lazyload(Account.memberships), lazyload(Account.appointments))
        )
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )


def coordinators_of(session: Session, place: Area) -> Sequence[Account]:
    """Return the coordinators of a municipality: those of all of it, or else of a part of it, or else of more."""
    return (
        _appointed(session, Role.COORDINATOR, Area.path == place.path)
        or _appointed(session, Role.COORDINATOR, Area.path.startswith(place.path + ".", autoescape=True))
        or _appointed(session, Role.COORDINATOR, Area.path.in_(_paths_above(place)))
    )


def administrators_of(session: Session, place: Area) -> Sequence[Account]:
    """Return the administrators of a municipality, or else of more than it."""
    return _appointed(session, Role.ADMINISTRATOR, Area.path == place.path) or _appointed(
        session, Role.ADMINISTRATOR, Area.path.in_(_paths_above(place))
    )


def _paths_above(place: Area) -> list[str]:
    parts = place.path.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _appointed(session: Session, role: Role, here: ColumnElement[bool]) -> Sequence[Account]:
    appointed = (
        select(Appointment.account_id).join(Area, Appointment.area_id == Area.id).where(Appointment.role == role, here)
    )
    active = (Account.confirmed_at.is_not(None), Account.suspended_at.is_(None))
    return session.scalars(select(Account).where(Account.id.in_(appointed), *active).order_by(Account.id)).all()
