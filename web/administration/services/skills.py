"""Skills: added, named, put in order, made one; what all municipalities of an installation share."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, load_only

from models import Account, AuditAction, AuditedSession, Job, OfferItem, Skill, SkillAlias, SkillMerger, Slot
from models.errors import AlreadyDecided, IllegalMove
from web.administration.queries import skills as queries
from web.suggestions.queries import desk


def add(session: Session, *, name_ja: str, name_en: str, parent: Skill | None, by: Account, at: datetime) -> Skill:
    """Add a skill."""
    skill = Skill(code=queries.free_code(session, name_en), name_ja=name_ja, name_en=name_en, parent=parent, aliases=[])
    skill.renamed_at = at
    session.add(skill)
    _look_anew(session, by=by)
    return skill


def describe(
    session: Session,
    skill: Skill,
    *,
    name_ja: str,
    name_en: str,
    parent: Skill | None,
    version: int,
    by: Account,
    at: datetime,
) -> None:
    """Give a skill other names, or another place among the others, unless somebody did so meanwhile."""
    skill.check_version(version)
    skill.rename(name_ja=name_ja, name_en=name_en, at=at)
    skill.put_under(parent, at=at)
    _look_anew(session, by=by)


def add_alias(session: Session, skill: Skill, text: str, *, by: Account) -> None:
    """Let a skill be called so, too."""
    skill.aliases.append(SkillAlias(text=text))
    _look_anew(session, by=by)


def remove_alias(session: Session, alias: SkillAlias, *, by: Account) -> None:
    """Let a skill no longer be called so."""
    session.delete(alias)
    _look_anew(session, by=by)


def merge(
    session: AuditedSession,
    kept: Skill,
    given_up: Skill,
    *,
    version: int,
    other_version: int,
    by: Account,
    at: datetime,
) -> None:
    """Make two skills one: whatever used the one that is given up uses the other, and its names mean the other.

    Its code goes on meaning the one that was kept, so that sheets and programs that use it go on working. By what
    offers are found does not change: that follows from what people wrote, not from skills.

    Raises
    ------
    IllegalMove
        The two cannot be merged by this administrator; `queries.merging` names why.
    AlreadyDecided
        One of the two is gone.

    """
    # Whoever names one of the two in a slot or an item right now is waited for, and whoever comes later is refused.
    if len(queries.locked(session, {kept.id, given_up.id})) < len({kept.id, given_up.id}):
        raise AlreadyDecided("one of the two was merged meanwhile")
    kept.check_version(version)
    given_up.check_version(other_version)
    moving = queries.merging(session, by, kept, given_up)
    if moving.hindrances:
        raise IllegalMove(f"these two are not made one: {', '.join(moving.hindrances)}")
    below = queries.children(session, given_up)
    for table in (Slot, OfferItem):
        _move(session, table, given_up, kept)
    kept.absorb(given_up, below, at=at, except_for=moving.lost_names)
    for earlier in queries.mergers_into(session, given_up):
        earlier.kept = kept
    session.add(SkillMerger(code=given_up.code, kept=kept, merged_at=at))
    session.flush()
    session.delete(given_up)
    _look_anew(session, by=by)


def _move(session: AuditedSession, table: Any, given_up: Skill, kept: Skill) -> None:
    """Let slots or items name the other skill, with one statement, and record each of them."""
    for row in session.scalars(select(table).where(table.skill_id == given_up.id).options(load_only(table.id))):
        session.record(AuditAction.UPDATE, row, {"skill_id": [given_up.id.hex, kept.id.hex]})
    session.execute(update(table).where(table.skill_id == given_up.id).values(skill_id=kept.id))


def _look_anew(session: Session, *, by: Account) -> None:
    """Ask for partners to be looked for anew wherever a need is open: every run reads what skills are called."""
    Job.request_in_each(session, desk.municipalities_with_needs(session), by=by)
