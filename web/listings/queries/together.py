"""Reads about doing it together: wishes between similar needs, and what was carried out for similar ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from models import (
    Account,
    ActivityField,
    JointWish,
    Need,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Slot,
    Stage,
)
from models.listings import need_fields
from web.listings.queries.visibility import visible_needs_to
from web.participants.queries import SeenParticipant, seen_by

MOST_CASES: Final = 3
LEAST_LIKE: Final = 2
SKILL_COUNTS: Final = 2
CARRIED_OUT: Final = (Stage.RUNNING, Stage.EVALUATING, Stage.CLOSED)


@dataclass(frozen=True, slots=True)
class SeenWish:
    """A wish to do it together, as the side of one of the two needs reads it."""

    wish: JointWish
    other_need: Need
    other: SeenParticipant
    is_own: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What was carried out for a similar need, as far as anybody may know."""

    partnership: Partnership
    fields: Sequence[ActivityField]
    kinds: Mapping[ParticipantKind, int]
    is_public: bool


def wishes_of(session: Session, need: Need, account: Account) -> Sequence[SeenWish]:
    """Return the wishes between a need and others, for those who speak for it or coordinate its place."""
    wishes = session.scalars(
        select(JointWish)
        .where(or_(JointWish.need_id == need.id, JointWish.other_need_id == need.id))
        .options(
            *(
                joinedload(side).options(
                    joinedload(Need.participant).options(lazyload(Participant.consents), joinedload(Participant.area)),
                    joinedload(Need.area),
                )
                for side in (JointWish.need, JointWish.other_need)
            )
        )
        .order_by(JointWish.wished_at, JointWish.id)
    ).all()
    return [_seen(wish, need, account) for wish in wishes]


def wish_between(session: Session, need: Need, other: Need) -> JointWish | None:
    """Return the wish that one side has told the other already, in either direction."""
    return session.scalar(
        select(JointWish)
        .where(
            or_(
                (JointWish.need_id == need.id) & (JointWish.other_need_id == other.id),
                (JointWish.need_id == other.id) & (JointWish.other_need_id == need.id),
            )
        )
        .limit(1)
    )


def visible_need(session: Session, account: Account, id_: UUID) -> Need | None:
    """Return a need that the account may see, or None."""
    return session.scalar(visible_needs_to(account).where(Need.id == id_))


def cases_like(session: Session, need: Need, account: Account | None) -> Sequence[Case]:
    """Return what was carried out for needs of the same skills and fields, the most alike first.

    Named is only what anybody can read: partnerships that all parties made public, and those of needs
    that can be seen; of these no more than the kinds of those who took part.
    """
    skills = [slot.skill_id for slot in need.slots if slot.skill_id is not None]
    fields = [field.id for field in need.fields]
    if SKILL_COUNTS * len(set(skills)) + len(fields) < LEAST_LIKE:
        return []
    likeness = SKILL_COUNTS * _shared_skills(skills) + _shared_fields(fields)
    found = session.scalars(
        select(Partnership)
        .join(Need, Partnership.need_id == Need.id)
        .where(
            Partnership.stage.in_(CARRIED_OUT),
            Partnership.need_id != need.id,
            Partnership.municipality_id == need.municipality_id,
            likeness >= LEAST_LIKE,
            or_(_all_publish(), Need.id.in_(visible_needs_to(account).with_only_columns(Need.id))),
        )
        .options(
            joinedload(Partnership.need).options(
                joinedload(Need.fields), lazyload(Need.participant), lazyload(Need.area)
            ),
            joinedload(Partnership.parties).options(
                lazyload(Party.commitments),
                lazyload(Party.enquiry),
                joinedload(Party.participant).lazyload(Participant.consents),
            ),
        )
        .order_by(likeness.desc(), Partnership.accepted_at.desc(), Partnership.id)
        .limit(MOST_CASES)
    )
    return [_case(partnership) for partnership in found.unique()]


def _seen(wish: JointWish, need: Need, account: Account) -> SeenWish:
    is_own = wish.need_id == need.id
    other = wish.other_need if is_own else wish.need
    return SeenWish(wish, other, seen_by(account, other.participant), is_own)


def _case(partnership: Partnership) -> Case:
    participants = {party.participant.id: party.participant for party in partnership.parties}
    kinds = Counter(participant.kind for participant in participants.values())
    return Case(partnership, partnership.need.fields, dict(sorted(kinds.items())), partnership.is_public)


def _shared_skills(skills: Sequence[UUID]) -> ColumnElement[int]:
    return (
        select(func.count(Slot.skill_id.distinct()))
        .where(Slot.need_id == Need.id, Slot.skill_id.in_(skills))
        .correlate(Need)
        .scalar_subquery()
    )


def _shared_fields(fields: Sequence[UUID]) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(need_fields)
        .where(need_fields.c.need_id == Need.id, need_fields.c.activity_field_id.in_(fields))
        .correlate(Need)
        .scalar_subquery()
    )


def _all_publish() -> ColumnElement[bool]:
    return ~exists().where(Party.partnership_id == Partnership.id, Party.publishes_at.is_(None))
