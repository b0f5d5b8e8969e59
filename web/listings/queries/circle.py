"""Who could help with a need, told to its side in numbers and kinds: who exactly is for the coordinator alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, union
from sqlalchemy.orm import Session

from models import (
    Area,
    Consent,
    ConsentPurpose,
    Need,
    NeedOutcome,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    Reach,
    Slot,
    Suggestion,
    SuggestionPartner,
    SuggestionShare,
)
from models.suggestions import UNDECIDED, published_runs
from models.years import fiscal_year, town_day

FEWEST_PERSONS_COUNTED: Final = 5
"""Below this, persons are not counted to anybody but the coordinator: a small number could be known by name."""


@dataclass(frozen=True, slots=True)
class Around:
    """How many could help with one slot."""

    slot: Slot
    persons: int = 0
    bodies: Mapping[ParticipantKind, int] = field(default_factory=dict)
    bodies_near: int = 0

    @property
    def is_anybody(self) -> bool:
        """Tell whether somebody could help."""
        return bool(self.persons or self.bodies)

    @property
    def persons_counted(self) -> int | None:
        """Return how many persons there are, or None where they are too few to be counted."""
        return self.persons if self.persons >= FEWEST_PERSONS_COUNTED else None


@dataclass(frozen=True, slots=True)
class Circle:
    """Who could help with a need, slot by slot, and what would widen the circle."""

    around: Sequence[Around]
    relaxations: Sequence[Mapping[str, Any]]
    was_looked_for: bool

    @property
    def nobody_has(self) -> Sequence[Slot]:
        """Return the slots that are open and with which nobody could help yet."""
        return [one.slot for one in self.around if not one.is_anybody]


def circle_of(session: Session, need: Need, *, at: datetime) -> Circle:
    """Return who could help with what an open need still lacks, in numbers."""
    lacking = [slot for slot in need.slots if slot.open_quantity]
    helpers, relaxations = _helpers(session, need, [slot.id for slot in lacking], on=town_day(at))
    around = [_around(slot, helpers.get(slot.id, {}), need) for slot in lacking]
    return Circle(around, relaxations or (), was_looked_for=relaxations is not None)


def _around(slot: Slot, helpers: Mapping[UUID, Any], need: Need) -> Around:
    bodies: dict[ParticipantKind, int] = {}
    for one in helpers.values():
        if one.kind is not ParticipantKind.RESIDENT:
            bodies[one.kind] = bodies.get(one.kind, 0) + 1
    near = sum(one.area_id == need.area_id for one in helpers.values() if one.kind is not ParticipantKind.RESIDENT)
    return Around(slot, persons=len(helpers) - sum(bodies.values()), bodies=bodies, bodies_near=near)


def _helpers(
    session: Session, need: Need, slots: Sequence[UUID], *, on: date
) -> tuple[dict[UUID, dict[UUID, Any]], Sequence[Mapping[str, Any]] | None]:
    """Return who has the skill that a slot asks for, or was found for it, and what the engine says would widen it."""
    same_skill = (
        select(Slot.id.label("slot_id"), OfferItem.offer_id.label("offer_id"))
        .join(OfferItem, and_(OfferItem.skill_id == Slot.skill_id, OfferItem.kind == Slot.kind))
        .where(Slot.id.in_(slots))
    )
    was_found = (
        select(SuggestionShare.slot_id, SuggestionPartner.offer_id)
        .join(SuggestionPartner, SuggestionShare.partner_id == SuggestionPartner.id)
        .join(Suggestion, SuggestionPartner.suggestion_id == Suggestion.id)
        .where(Suggestion.need_id == need.id, Suggestion.verdict.in_(UNDECIDED), SuggestionShare.slot_id.in_(slots))
    )
    pairs = union(same_skill, was_found).subquery()
    helping = (
        _could_help(need, on=on)
        .join(pairs, pairs.c.offer_id == Offer.id)
        .with_only_columns(pairs.c.slot_id, Participant.id.label("helper_id"), Participant.kind, Participant.area_id)
        .distinct()
        .subquery()
    )
    relaxations = (
        select(NeedOutcome.relaxations)
        .where(NeedOutcome.need_id == need.id, NeedOutcome.run_id.in_(published_runs()))
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Slot.id, helping.c.helper_id, helping.c.kind, helping.c.area_id, relaxations.label("relaxations"))
        .outerjoin(helping, helping.c.slot_id == Slot.id)
        .where(Slot.need_id == need.id)
    ).all()
    helpers: dict[UUID, dict[UUID, Any]] = {}
    for row in rows:
        if row.helper_id is not None:
            helpers.setdefault(row.id, {})[row.helper_id] = row
    return helpers, rows[0].relaxations if rows else None


def _could_help(need: Need, *, on: date) -> Select[Offer]:
    """Return the offers that are open, serve the place, and have room: those that a coordinator could ask."""
    this_year = case((Offer.engagements_year == fiscal_year(on), Offer.yearly_engagements), else_=0)
    return (
        select(Offer)
        .join(Participant, Offer.participant_id == Participant.id)
        .join(Area, Offer.area_id == Area.id)
        .where(
            Offer.status == OfferStatus.OPEN,
            or_(Offer.expires_on.is_(None), Offer.expires_on >= on),
            Offer.participant_id != need.participant_id,
            Participant.paused_at.is_(None),
            Participant.left_at.is_(None),
            or_(Participant.kind != ParticipantKind.RESIDENT, _consented(ConsentPurpose.PROJECTS)),
            or_(Participant.is_adult, _consented(ConsentPurpose.GUARDIAN)),
            or_(Participant.engagement_limit.is_(None), Participant.engagements < Participant.engagement_limit),
            or_(Offer.engagement_limit.is_(None), Offer.engagements < Offer.engagement_limit),
            or_(Offer.yearly_limit.is_(None), this_year < Offer.yearly_limit),
            _serves(need),
        )
    )


def _serves(need: Need) -> ColumnElement[bool]:
    prefecture = ".".join(need.area.path.split(".")[:2])
    return or_(
        Offer.reach == Reach.ANYWHERE,
        and_(Offer.reach == Reach.PREFECTURE, func.substr(Area.path, 1, len(prefecture)) == prefecture),
        and_(Offer.reach == Reach.MUNICIPALITY, Offer.municipality_id == need.municipality_id),
        and_(Offer.reach == Reach.DISTRICT, Offer.area_id == need.area_id),
    )


def _consented(purpose: ConsentPurpose) -> ColumnElement[bool]:
    return exists().where(
        Consent.participant_id == Participant.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
