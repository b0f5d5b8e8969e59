"""What open needs ask for, and where: the choices of the three taps."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from models import Account, Area, AreaLevel, Need, NeedStatus, ResourceKind, Skill, Slot
from web.listings.queries import Guess, closest_skill, visible_needs_to, vocabulary_of_skills

GROUPS_AT_ONCE: Final = 8
SKILLS_AT_ONCE: Final = 3
MOST_SKILLS: Final = 80
DONE_BY_PEOPLE: Final = (ResourceKind.PEOPLE, ResourceKind.SERVICE)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A skill, and how many open needs look for it."""

    code: str
    name_ja: str
    name_en: str
    needs: int

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en


@dataclass(frozen=True, slots=True)
class Group:
    """Skills that belong together."""

    code: str
    name_ja: str
    name_en: str
    skills: Sequence[AskedFor]

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en


@dataclass(frozen=True, slots=True)
class Choice:
    """The skills that are looked for: the most wanted at once, the others unfolded."""

    first: Sequence[Group]
    more: Sequence[Group]


@dataclass(frozen=True, slots=True)
class Places:
    """A municipality and its districts."""

    municipality: Area
    districts: Sequence[Area]


@dataclass(frozen=True, slots=True)
class Understood:
    """Somebody's own words, and the skill that they mean or may mean."""

    words: str
    guess: Guess | None


def asked_for(session: Session, account: Account | None, *, also: Iterable[str] = ()) -> Choice:
    """Return the skills that open needs look for, grouped by what they belong to; those in `also` come first.

    Where nobody looks for anything yet, the skills that have no other below them are all as good.
    """
    above = aliased(Skill)
    needs = func.count(func.distinct(Need.id))
    rows = session.execute(
        visible_needs_to(account)
        .join(Slot, Slot.need_id == Need.id)
        .join(Skill, Slot.skill_id == Skill.id)
        .outerjoin(above, Skill.parent_id == above.id)
        .where(Need.status == NeedStatus.OPEN, Slot.kind.in_(DONE_BY_PEOPLE), Slot.promised < Slot.quantity)
        .with_only_columns(
            Skill.code, Skill.name_ja, Skill.name_en, above.code, above.name_ja, above.name_en, needs,
            maintain_column_froms=True,
        )
        .group_by(Skill.code, Skill.name_ja, Skill.name_en, above.code, above.name_ja, above.name_en)
        .order_by(needs.desc(), Skill.code)
        .limit(MOST_SKILLS)
    ).all()  # fmt: skip
    ticked = set(also)
    found = [(AskedFor(*row[:3], row[6]), (row[3] or row[0], row[4] or row[1], row[5] or row[2])) for row in rows]
    found += [(one, group) for one, group in _named(session, ticked - {one.code for one, _ in found})]
    groups = _grouped(found, ahead=ticked)
    first = {
        one.code
        for place, group in enumerate(groups)
        for rank, one in enumerate(group.skills)
        if one.code in ticked or (place < GROUPS_AT_ONCE and rank < SKILLS_AT_ONCE)
    }
    return Choice(
        first=_grouped([pair for pair in found if pair[0].code in first], ahead=ticked),
        more=_grouped([pair for pair in found if pair[0].code not in first]),
    )


def _named(session: Session, codes: Iterable[str]) -> list[tuple[AskedFor, tuple[str, str, str]]]:
    """Return skills that somebody named and no open need looks for."""
    wanted = sorted(codes)
    if not wanted:
        return []
    skills = session.scalars(select(Skill).where(Skill.code.in_(wanted)).options(joinedload(Skill.parent)))
    return [
        (AskedFor(skill.code, skill.name_ja, skill.name_en, 0), (group.code, group.name_ja, group.name_en))
        for skill in sorted(skills, key=lambda skill: skill.code)
        for group in [skill.parent or skill]
    ]


def _grouped(found: Sequence[tuple[AskedFor, tuple[str, str, str]]], *, ahead: Collection[str] = ()) -> list[Group]:
    """Return groups, the one that is asked for most first; before all others those with a skill in `ahead`."""
    by_group = sorted(found, key=lambda pair: pair[1])
    groups = [
        Group(
            code,
            name_ja,
            name_en,
            sorted((one for one, _ in pairs), key=lambda one: (one.code not in ahead, -one.needs, one.code)),
        )
        for (code, name_ja, name_en), pairs in groupby(by_group, key=lambda pair: pair[1])
    ]
    return sorted(
        groups,
        key=lambda group: (
            all(one.code not in ahead for one in group.skills),
            -sum(one.needs for one in group.skills),
            group.code,
        ),
    )


def places(session: Session, *, of: Area | None = None, everywhere: bool = False) -> list[Places]:
    """Return the municipalities in which somebody looks for help, or only one, or all; each with its districts."""
    levels = Area.level.in_([AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT])
    here = select(Need.municipality_id).where(Need.status == NeedStatus.OPEN)
    if of is not None:
        here = select(literal(of.id))
    statement = select(Area).where(levels).order_by(Area.is_demo.desc(), Area.reading, Area.path)
    if not everywhere:
        statement = statement.where(or_(Area.id.in_(here), Area.parent_id.in_(here)))
    districts: dict[UUID | None, list[Area]] = {}
    found = session.scalars(statement).all()
    for area in found:
        districts.setdefault(area.parent_id, []).append(area)
    return [Places(area, districts.get(area.id, [])) for area in found if area.level is AreaLevel.MUNICIPALITY]


def place(session: Session, path: str) -> Area | None:
    """Return a place with what it lies in, or None where there is none of this path."""
    if not path:
        return None
    return session.scalar(select(Area).where(Area.path == path).options(joinedload(Area.parent)))


def skills_by_code(session: Session, codes: Sequence[str]) -> list[Skill]:
    """Return the skills of these codes in the order in which they were named."""
    if not codes:
        return []
    found = {skill.code: skill for skill in session.scalars(select(Skill).where(Skill.code.in_(codes)))}
    return [found[code] for code in dict.fromkeys(codes) if code in found]


def understood(session: Session, words: Sequence[str]) -> list[Understood]:
    """Return the skill that each of somebody's words means, or may mean; none where nothing known is near."""
    if not words:
        return []
    vocabulary = vocabulary_of_skills(session)
    return [Understood(one, closest_skill(vocabulary, one)) for one in words]
