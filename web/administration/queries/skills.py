"""Skills: what they are called, what uses them, what people typed that no skill knows, and what a merger moves."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, not_, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from matching.names import closest, skill_key, skill_keys
from models import (
    Account,
    ActivityField,
    Area,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    Role,
    Skill,
    SkillMerger,
    Slot,
    lies_under,
)
from models.listings import need_fields, offer_fields
from models.search import fold
from web.administration.queries.areas import administered_by_others

MOST_UNKNOWN: Final = 20
MOST_LOOKED_AT: Final = 500
LEAST_LIKENESS: Final = 66.0
SAID_BY_SEVERAL: Final = 2
LONGEST_CODE: Final = 60


@dataclass(frozen=True, slots=True)
class Uses:
    """How many slots of needs and items of offers name a skill."""

    slots: int = 0
    items: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One skill as the list shows it."""

    skill: Skill
    uses: Uses


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that people typed and no skill is called, how often, and the skill with the most similar name."""

    text: str
    times: int
    nearest: Skill | None
    nearest_name: str


class Hindrance(StrEnum):
    """Why two skills cannot be merged by this administrator."""

    SAME = "same"
    USED_ELSEWHERE = "used_elsewhere"


@dataclass(frozen=True, slots=True)
class Merging:
    """What moves when one skill is given up for another."""

    kept: Skill
    given_up: Skill
    uses: Uses
    children: Sequence[Skill]
    new_names: Sequence[str]
    lost_names: Sequence[str]
    steps_up: bool
    elsewhere: int
    hindrances: Sequence[Hindrance]


def vocabulary(session: Session) -> Sequence[Skill]:
    """Return every skill with its other names and the one above it."""
    statement = select(Skill).options(selectinload(Skill.aliases), joinedload(Skill.parent))
    return session.scalars(statement.order_by(Skill.name_ja, Skill.id)).all()


def loaded(session: Session, skill: Skill) -> Skill:
    """Return a skill with its other names."""
    statement = select(Skill).where(Skill.id == skill.id).options(selectinload(Skill.aliases))
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def lines(session: Session, skills: Sequence[Skill], words: str) -> list[Line]:
    """Return the skills one of whose names holds every word, in any width and kana."""
    asked = fold(words).split()
    found = [skill for skill in skills if all(word in fold(" ".join(skill.names)) for word in asked)]
    used = uses(session)
    return [Line(skill, used.get(skill.id, Uses())) for skill in found]


def uses(session: Session, ids: Collection[UUID] | None = None) -> dict[UUID, Uses]:
    """Count what names each skill, everywhere, also what is over."""
    counts: dict[UUID, dict[str, int]] = {}
    columns: Mapping[str, Any] = {"slots": Slot.skill_id, "items": OfferItem.skill_id}
    of_each = [
        select(literal(what).label("what"), column.label("skill"), func.count().label("how_many"))
        .where(column.is_not(None) if ids is None else column.in_(ids))
        .group_by(column)
        for what, column in columns.items()
    ]
    for what, skill, how_many in session.execute(union_all(*of_each)):
        counts.setdefault(skill, {})[what] = how_many
    return {skill: Uses(**of_skill) for skill, of_skill in counts.items()}


def uses_elsewhere(session: Session, account: Account, skill: Skill) -> int:
    """Count what names a skill in places that others administer and this account does not."""
    elsewhere = and_(
        lies_under(administered_by_others(session, account)), not_(lies_under(account.paths(Role.ADMINISTRATOR)))
    )
    of_needs = select(Slot.id).join(Need, Slot.need_id == Need.id).join(Area, Need.area_id == Area.id)
    of_offers = select(OfferItem.id).join(Offer, OfferItem.offer_id == Offer.id).join(Area, Offer.area_id == Area.id)
    both = union_all(
        of_needs.where(Slot.skill_id == skill.id, elsewhere), of_offers.where(OfferItem.skill_id == skill.id, elsewhere)
    ).subquery()
    return session.scalar(select(func.count()).select_from(both)) or 0


def bearer(skills: Sequence[Skill], text: str, *, except_for: Skill | None = None) -> Skill | None:
    """Return the skill that is called so already, in any spelling."""
    keys = set(skill_keys(text))
    if not keys:
        return None
    others = (skill for skill in skills if except_for is None or skill.id != except_for.id)
    return next((skill for skill in others if any(keys & set(skill_keys(name)) for name in skill.names)), None)


def called(skills: Sequence[Skill], text: str) -> Skill | None:
    """Return the skill that somebody named by code or by one of its names, as it stands in the list."""
    folded = fold(text)
    if not folded:
        return None
    return next((skill for skill in skills if skill.code == text or folded in map(fold, skill.names)), None)


def free_code(session: Session, name_en: str) -> str:
    """Return a code for a new skill, after its English name, that none has or ever had."""
    spelled = re.sub(r"[^a-z0-9]+", "_", fold(name_en)).strip("_")[: LONGEST_CODE - 5] or "skill"
    taken = {
        *session.scalars(select(Skill.code).where(Skill.code.startswith(spelled, autoescape=True))),
        *session.scalars(select(SkillMerger.code).where(SkillMerger.code.startswith(spelled, autoescape=True))),
    }
    return next(code for number in range(1, len(taken) + 2) if (code := _numbered(spelled, number)) not in taken)


def _numbered(code: str, number: int) -> str:
    return code if number == 1 else f"{code}_{number}"


def children(session: Session, skill: Skill) -> Sequence[Skill]:
    """Return the skills directly below one."""
    return session.scalars(select(Skill).where(Skill.parent_id == skill.id).order_by(Skill.name_ja, Skill.id)).all()


def locked(session: Session, ids: Collection[UUID]) -> dict[UUID, Skill]:
    """Lock skills in the order of their ids, and return those that are still there as they are now."""
    rows = session.scalars(
        select(Skill)
        .where(Skill.id.in_(ids))
        .order_by(Skill.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return {skill.id: skill for skill in rows}


def mergers_into(session: Session, skill: Skill) -> Sequence[SkillMerger]:
    """Return what was given up for a skill before."""
    return session.scalars(select(SkillMerger).where(SkillMerger.kept_id == skill.id)).all()


def merging(session: Session, account: Account, kept: Skill, given_up: Skill) -> Merging:
    """Return what would move, and why it cannot where it cannot."""
    skills = vocabulary(session)
    third = [skill for skill in skills if skill.id not in {kept.id, given_up.id}]
    own = set(kept.names)
    names = [name for name in given_up.names if name not in own]
    lost = [name for name in given_up.own_names if name in names and bearer(third, name) is not None]
    elsewhere = uses_elsewhere(session, account, given_up)
    hindrances = [Hindrance.SAME] if kept.id == given_up.id else []
    if elsewhere:
        hindrances.append(Hindrance.USED_ELSEWHERE)
    return Merging(
        kept=kept,
        given_up=given_up,
        uses=uses(session, [given_up.id]).get(given_up.id, Uses()),
        children=[child for child in children(session, given_up) if child.id != kept.id],
        new_names=[name for name in names if name not in lost],
        lost_names=lost,
        steps_up=given_up.id in {above.id for above in kept.lineage},
        elsewhere=elsewhere,
        hindrances=hindrances,
    )


def unknown(session: Session, account: Account, skills: Sequence[Skill]) -> list[Unknown]:
    """Return what people of the account's places typed and no skill is called, the most frequent first.

    What a single person of the staff bank typed is left out: one word can tell who it was.
    """
    known = {key for skill in skills for name in skill.names for key in skill_keys(name)}
    times: Counter[str] = Counter()
    said_by_bodies: set[str] = set()
    spelled: dict[str, str] = {}
    for text, is_of_person, how_many in session.execute(_typed(account)):
        key = skill_key(text)
        if not key or key in known:
            continue
        times[key] += how_many
        spelled.setdefault(key, text)
        if not is_of_person:
            said_by_bodies.add(key)
    shown = [key for key in times if key in said_by_bodies or times[key] >= SAID_BY_SEVERAL]
    shown.sort(key=lambda key: (-times[key], spelled[key]))
    names = {skill.code: skill.names for skill in skills}
    by_code = {skill.code: skill for skill in skills}
    return [Unknown(spelled[key], times[key], *_nearest(spelled[key], names, by_code)) for key in shown[:MOST_UNKNOWN]]


def _nearest(text: str, names: Mapping[str, Sequence[str]], by_code: Mapping[str, Skill]) -> tuple[Skill | None, str]:
    found = closest(text, names, least=LEAST_LIKENESS)
    return (None, "") if found is None else (by_code[found.id], found.form)


def _typed(account: Account) -> Select[Any]:
    """Return each text without a skill, whether people or bodies typed it, and how often."""
    here: ColumnElement[bool] = lies_under(account.paths(Role.ADMINISTRATOR))
    is_of_person = Participant.kind == ParticipantKind.RESIDENT
    of_needs = (
        select(Slot.what.label("what"), is_of_person.label("is_of_person"))
        .join(Need, Slot.need_id == Need.id)
        .join(Area, Need.area_id == Area.id)
        .join(Participant, Need.participant_id == Participant.id)
        .where(Slot.skill_id.is_(None), Need.status != NeedStatus.DRAFT, here)
    )
    of_offers = (
        select(OfferItem.what.label("what"), is_of_person.label("is_of_person"))
        .join(Offer, OfferItem.offer_id == Offer.id)
        .join(Area, Offer.area_id == Area.id)
        .join(Participant, Offer.participant_id == Participant.id)
        .where(OfferItem.skill_id.is_(None), Offer.status != OfferStatus.DRAFT, here)
    )
    both = union_all(of_needs, of_offers).subquery()
    times = func.count()
    return (
        select(both.c.what, both.c.is_of_person, times)
        .group_by(both.c.what, both.c.is_of_person)
        .order_by(times.desc(), both.c.what, both.c.is_of_person)
        .limit(MOST_LOOKED_AT)
    )


def fields(session: Session) -> Sequence[tuple[ActivityField, int, int]]:
    """Return the fields of activity with the needs and offers in each."""
    needs = select(func.count()).where(need_fields.c.activity_field_id == ActivityField.id).scalar_subquery()
    offers = select(func.count()).where(offer_fields.c.activity_field_id == ActivityField.id).scalar_subquery()
    rows = session.execute(select(ActivityField, needs, offers).order_by(ActivityField.position, ActivityField.id))
    return [(row[0], row[1], row[2]) for row in rows]
