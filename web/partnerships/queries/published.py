"""Partnerships that every party agreed to make public: readable by anybody, persons only as residents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from models import (
    ActivityField,
    AgreementVersion,
    Area,
    CollaborationForm,
    Commitment,
    Need,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    ResourceKind,
    Slot,
    Stage,
    StageChange,
)
from models.listings import need_fields
from models.years import town_day
from web.participants.queries import SeenParticipant, seen_by

PAGE_SIZE: Final = 20
REGISTER_SIZE: Final = 1000
MOST_IN_A_FEED: Final = 50


@dataclass(frozen=True, slots=True)
class PublicParty:
    """One who took part, as anybody may know them."""

    participant: SeenParticipant
    leads: bool


@dataclass(frozen=True, slots=True)
class PublicSlot:
    """One thing that was lacking, by whom it was filled, and with what."""

    slot: Slot
    by: Sequence[SeenParticipant]
    kinds: Sequence[ResourceKind]

    @property
    def bodies(self) -> Sequence[SeenParticipant]:
        """Return the bodies that filled it, who are named."""
        return [one for one in self.by if one.kind is not ParticipantKind.RESIDENT]

    @property
    def residents(self) -> int:
        """Return how many persons filled it, who are not."""
        return len(self.by) - len(self.bodies)


@dataclass(frozen=True, slots=True)
class InForce:
    """What the agreement that every party signed says to everybody."""

    summary: str
    form: CollaborationForm | None


NOTHING_AGREED: Final = InForce("", None)


@dataclass(frozen=True, slots=True)
class PublicPartnership:
    """A partnership as anybody may read of it."""

    partnership: Partnership
    parties: Sequence[PublicParty]
    slots: Sequence[PublicSlot]
    agreed: InForce
    changed_at: datetime | None = None

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
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """Return how many pages the list has, at least one."""
        return _pages(self.total, self.size)

    @property
    def registers(self) -> int:
        """Return how many pages the same list has as a table or as data."""
        return _pages(self.total, REGISTER_SIZE)


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
    return _page(session, area=area, field=field, number=number, size=PAGE_SIZE, whole=False)


def register_page(session: Session, *, area: str, field: str, number: int) -> PublicPage:
    """Return the same list as whole entries, in few and large pages."""
    return _page(session, area=area, field=field, number=number, size=REGISTER_SIZE, whole=True)


def newest(session: Session, *, area: str, field: str) -> Sequence[PublicPartnership]:
    """Return those of the same list that became public or reached another stage last, as whole entries."""
    found = _narrowed(visible_to_anyone(), area=area, field=field)
    return _listed(session, found.order_by(_changed_at().desc(), Partnership.id).limit(MOST_IN_A_FEED), whole=True)


def whole_public(session: Session, partnership: Partnership) -> PublicPartnership:
    """Return one partnership with the slots of its need and who filled them, as anybody may read it."""
    need = (
        session.scalars(
            select(Need)
            .where(Need.id == partnership.need_id)
            .options(joinedload(Need.area), joinedload(Need.fields), joinedload(Need.slots))
            .execution_options(populate_existing=True)
        )
        .unique()
        .one()
    )
    taking_part = select(Participant).where(Participant.id.in_([party.participant_id for party in partnership.parties]))
    participants = {one.id: one for one in session.scalars(taking_part.options(lazyload(Participant.consents)))}
    # The door has loaded the partnership with its parties: only what a page says besides is put beside them.
    set_committed_value(partnership, "need", need)
    for party in partnership.parties:
        set_committed_value(party, "participant", participants[party.participant_id])
    said = session.execute(
        select(AgreementVersion.public_summary, AgreementVersion.form)
        .join(Partnership, _is_in_force())
        .where(Partnership.id == partnership.id)
    ).one_or_none()
    return _seen(partnership, slots=need.slots, agreed=NOTHING_AGREED if said is None else InForce(*said))


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


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _page(session: Session, *, area: str, field: str, number: int, size: int, whole: bool) -> PublicPage:
    found = _narrowed(visible_to_anyone(), area=area, field=field)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Partnership.id).subquery())) or 0
    number = min(max(number, 1), _pages(total, size))
    part = found.order_by(Partnership.accepted_at.desc(), Partnership.id).limit(size).offset((number - 1) * size)
    return PublicPage(_listed(session, part, whole=whole), total, number, size)


def _listed(session: Session, found: Select[Partnership], *, whole: bool) -> Sequence[PublicPartnership]:
    said = (AgreementVersion.public_summary, AgreementVersion.form)
    rows = session.execute(
        found.outerjoin(AgreementVersion, _is_in_force())
        .options(*_loaded(whole=whole))
        .add_columns(_changed_at(), *said)
    )
    return [
        _seen(row, slots=row.need.slots if whole else (), agreed=InForce(summary or "", form), changed_at=at)
        for row, at, summary, form in rows
    ]


def _changed_at() -> ColumnElement[datetime]:
    """Return when a partnership became public or reached its stage, whichever was later."""
    public = (
        select(func.max(Party.publishes_at))
        .where(Party.partnership_id == Partnership.id)
        .correlate(Partnership)
        .scalar_subquery()
    )
    staged = (
        select(func.max(StageChange.at))
        .where(StageChange.partnership_id == Partnership.id)
        .correlate(Partnership)
        .scalar_subquery()
    )
    return case((staged > public, staged), else_=public)


def _is_in_force() -> ColumnElement[bool]:
    return and_(
        AgreementVersion.partnership_id == Partnership.id, AgreementVersion.number == Partnership.agreed_version
    )


def _loaded(*, whole: bool) -> tuple[Any, ...]:
    """Return what is loaded for a card, or for a whole entry with its slots and who filled them."""
    commitments, slots = lazyload(Party.commitments), lazyload(Need.slots)
    if whole:
        commitments = selectinload(Party.commitments).options(lazyload(Commitment.slot), joinedload(Commitment.item))
        slots = selectinload(Need.slots)
    return (
        joinedload(Partnership.need).options(
            joinedload(Need.area), selectinload(Need.fields), lazyload(Need.participant), slots
        ),
        selectinload(Partnership.parties).options(
            joinedload(Party.participant).options(lazyload(Participant.consents), joinedload(Participant.area)),
            lazyload(Party.enquiry),
            commitments,
        ),
    )


def _seen(
    partnership: Partnership,
    *,
    slots: Sequence[Slot],
    agreed: InForce,
    changed_at: datetime | None = None,
) -> PublicPartnership:
    """Show each participant once, as a stranger sees it."""
    leading = {party.participant_id for party in partnership.parties if party.leads}
    participants = {party.participant_id: party.participant for party in partnership.parties}
    seen = {identity: seen_by(None, participant) for identity, participant in participants.items()}
    givers: dict[UUID, dict[UUID, SeenParticipant]] = {}
    kinds: dict[UUID, set[ResourceKind]] = {}
    if slots:
        for party in partnership.parties:
            for commitment in party.commitments:
                givers.setdefault(commitment.slot_id, {})[party.participant_id] = seen[party.participant_id]
                kinds.setdefault(commitment.slot_id, set()).add(commitment.item.kind)
    return PublicPartnership(
        partnership=partnership,
        parties=[PublicParty(one, identity in leading) for identity, one in seen.items()],
        slots=[
            PublicSlot(slot, list(givers.get(slot.id, {}).values()), sorted(kinds.get(slot.id, ()))) for slot in slots
        ],
        agreed=agreed,
        changed_at=changed_at,
    )
