"""Partnerships that every party agreed to make public: readable by anybody, persons only as residents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from models import (
    ActivityField,
    Area,
    Need,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Slot,
    Stage,
)
from models.listings import need_fields
from models.years import town_day
from web.participants.queries import SeenParticipant, seen_by

PAGE_SIZE: Final = 20


@dataclass(frozen=True, slots=True)
class PublicParty:
    """One who took part, as anybody may know them."""

    participant: SeenParticipant
    leads: bool


@dataclass(frozen=True, slots=True)
class PublicSlot:
    """One thing that was lacking, and by whom it was filled."""

    slot: Slot
    by: Sequence[SeenParticipant]


@dataclass(frozen=True, slots=True)
class PublicPartnership:
    """A partnership as anybody may read of it."""

    partnership: Partnership
    parties: Sequence[PublicParty]
    slots: Sequence[PublicSlot]

    @property
    def began_on(self) -> date | None:
        """Return the day on which all had said yes; a preview of what not all answered has none."""
        return None if self.partnership.accepted_at is None else town_day(self.partnership.accepted_at)

    @property
    def bodies(self) -> Sequence[SeenParticipant]:
        """Return the bodies that took part, who are named."""
        return [party.participant for party in self.parties if party.participant.kind is not ParticipantKind.RESIDENT]

    @property
    def residents(self) -> int:
        """Return how many persons took part, who are not."""
        return len(self.parties) - len(self.bodies)


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One page of the public partnerships."""

    partnerships: Sequence[PublicPartnership]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def visible_to_anyone() -> Select[Partnership]:
    """Return the partnerships to which all said yes and that every single party agreed to make public."""
    keeps_private = exists().where(Party.partnership_id == Partnership.id, Party.publishes_at.is_(None))
    return (
        select(Partnership)
        .join(Need, Partnership.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .where(Partnership.accepted_at.is_not(None), Partnership.stage != Stage.WITHDRAWN, ~keeps_private)
    )


def published_page(session: Session, *, area: str, field: str, number: int) -> PublicPage:
    """Return one page of the public partnerships of a place and a field, the newest first."""
    found = _narrowed(visible_to_anyone(), area=area, field=field)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Partnership.id).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(
        found.options(*_of_a_card())
        .order_by(Partnership.accepted_at.desc(), Partnership.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return PublicPage([_seen(row) for row in rows], total, number)


def whole_public(session: Session, partnership: Partnership) -> PublicPartnership:
    """Return one partnership with the slots of its need and who filled them, as anybody may read it."""
    need = session.scalars(
        select(Need)
        .where(Need.id == partnership.need_id)
        .options(joinedload(Need.area), selectinload(Need.fields), selectinload(Need.slots))
        .execution_options(populate_existing=True)
    ).one()
    taking_part = select(Participant).where(Participant.id.in_([party.participant_id for party in partnership.parties]))
    participants = {one.id: one for one in session.scalars(taking_part.options(lazyload(Participant.consents)))}
    # The door has loaded the partnership with its parties: only what a page says besides is put beside them.
    set_committed_value(partnership, "need", need)
    for party in partnership.parties:
        set_committed_value(party, "participant", participants[party.participant_id])
    return _seen(partnership, slots=need.slots)


def areas_of(session: Session) -> Sequence[Area]:
    """Return the places with public partnerships, each after the one that holds it."""
    paths = session.scalars(visible_to_anyone().with_only_columns(Area.path).distinct()).all()
    wanted = {".".join(path.split(".")[:length]) for path in paths for length in (path.count("."), path.count(".") + 1)}
    return session.scalars(select(Area).where(Area.path.in_(sorted(wanted))).order_by(Area.path)).all()


def fields_of(session: Session) -> Sequence[ActivityField]:
    """Return the fields of public partnerships, in their order."""
    of_public = visible_to_anyone().with_only_columns(Need.id)
    return session.scalars(
        select(ActivityField)
        .where(
            ActivityField.id.in_(select(need_fields.c.activity_field_id).where(need_fields.c.need_id.in_(of_public)))
        )
        .order_by(ActivityField.position, ActivityField.id)
    ).all()


def _narrowed(statement: Select[Partnership], *, area: str, field: str) -> Select[Partnership]:
    if area:
        statement = statement.where(_lies_in(area))
    if field:
        statement = statement.where(Need.fields.any(ActivityField.code == field))
    return statement


def _lies_in(area: str) -> ColumnElement[bool]:
    return or_(Area.path == area, Area.path.startswith(f"{area}.", autoescape=True))


def _of_a_card() -> tuple[Any, ...]:
    return (
        joinedload(Partnership.need).options(
            joinedload(Need.area), selectinload(Need.fields), lazyload(Need.participant)
        ),
        selectinload(Partnership.parties).options(
            joinedload(Party.participant).options(lazyload(Participant.consents), joinedload(Participant.area)),
            lazyload(Party.enquiry),
            lazyload(Party.commitments),
        ),
    )


def _seen(partnership: Partnership, slots: Sequence[Slot] = ()) -> PublicPartnership:
    """Show each participant once, as a stranger sees it."""
    leading = {party.participant_id for party in partnership.parties if party.leads}
    participants = {party.participant_id: party.participant for party in partnership.parties}
    seen = {identity: seen_by(None, participant) for identity, participant in participants.items()}
    given: dict[UUID, list[SeenParticipant]] = {}
    if slots:
        for party in partnership.parties:
            for commitment in party.commitments:
                given.setdefault(commitment.slot_id, []).append(seen[party.participant_id])
    return PublicPartnership(
        partnership=partnership,
        parties=[PublicParty(one, identity in leading) for identity, one in seen.items()],
        slots=[PublicSlot(slot, given.get(slot.id, ())) for slot in slots],
    )
