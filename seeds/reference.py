"""Fields of activity, skills, places, coded reasons and the first weights: what every installation needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matching import Weights
from models import (
    ActivityField,
    Indicator,
    IndicatorPack,
    IndicatorSource,
    Principle,
    PrincipleGate,
    PrincipleSet,
    ReviewReason,
    ReviewStep,
    Skill,
    SkillAlias,
    SkillMerger,
    WeightSet,
)
from seeds.identity import identified
from seeds.places import load_areas
from seeds.sheets import FOLDER, read
from seeds.tally import Tally

REFERENCE: Final[Path] = FOLDER / "reference"
INDICATOR_WORDS: Final = ("name_ja", "name_en", "definition_ja", "definition_en", "unit_ja", "unit_en")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows were added, changed and left as they were."""

    added: int
    changed: int
    unchanged: int


def load(session: Session) -> Summary:
    """Bring the reference data up to the sheets; what was loaded before is changed only where the words changed.

    Rows are known by code or path. Nothing is ever removed, and rows that the sheets do not name are not touched.
    """
    tally = Tally()
    _load_activity_fields(session, tally)
    _load_skills(session, tally)
    load_areas(session, REFERENCE, tally)
    _load_review_reasons(session, tally)
    _load_principles(session, tally)
    _load_indicators(session, tally)
    _load_weights(session, tally)
    session.flush()
    return Summary(added=tally.added, changed=tally.changed, unchanged=tally.unchanged)


def _load_activity_fields(session: Session, tally: Tally) -> None:
    fields = {field.code: field for field in session.scalars(select(ActivityField))}
    for row in read(REFERENCE / "activity_fields.csv"):
        code = row.required("code")
        name_ja, name_en, position = row.required("name_ja"), row.required("name_en"), row.whole("position")
        if code in fields:
            tally.update(fields[code], {"name_ja": name_ja, "name_en": name_en, "position": position})
        else:
            field = ActivityField(code=code, name_ja=name_ja, name_en=name_en, position=position)
            tally.add(session, identified(field, code))


def _load_skills(session: Session, tally: Tally) -> None:
    rows = read(REFERENCE / "skills.csv")
    skills = {skill.code: skill for skill in session.scalars(select(Skill).options(selectinload(Skill.parent)))}
    # A skill that people gave up for another one stays given up; what lies below it lies below the other.
    given_up = session.scalars(select(SkillMerger).options(joinedload(SkillMerger.kept)))
    skills |= {merger.code: merger.kept for merger in given_up}
    known = set(skills)
    for row in rows:
        code = row.required("code")
        if code not in known:
            skill = Skill(code=code, name_ja=row.required("name_ja"), name_en=row.required("name_en"))
            skills[code] = tally.add(session, identified(skill, code))
    for row in rows:
        skill = row.found("code", skills)
        parent = row.found_or_none("parent", skills)
        if skill.renamed_at is not None or skill.code != row.required("code"):
            tally.unchanged += 1
        elif skill.code in known:
            words = {"name_ja": row.required("name_ja"), "name_en": row.required("name_en")}
            tally.update(skill, {**words, "parent": parent})
        else:
            skill.parent = parent
    session.flush()
    aliases = set(session.scalars(select(SkillAlias.text)))
    for row in rows:
        for text in row.words("aliases"):
            # Another skill may carry the word already, by somebody's own choice: that choice stays.
            if text in aliases:
                tally.unchanged += 1
            else:
                aliases.add(text)
                tally.add(session, identified(SkillAlias(text=text, skill=row.found("code", skills)), text))


def _load_review_reasons(session: Session, tally: Tally) -> None:
    reasons = {(reason.step, reason.code): reason for reason in session.scalars(select(ReviewReason))}
    for row in read(REFERENCE / "review_reasons.csv"):
        step, code = row.choice("step", ReviewStep), row.required("code")
        name_ja, name_en = row.required("name_ja"), row.required("name_en")
        if (step, code) in reasons:
            tally.update(reasons[step, code], {"name_ja": name_ja, "name_en": name_en})
        else:
            reason = ReviewReason(code=code, step=step, name_ja=name_ja, name_en=name_en)
            tally.add(session, identified(reason, step, code))


def _load_principles(session: Session, tally: Tally) -> None:
    """Add the sets of principles that municipalities choose from."""
    sets = {one.code: one for one in session.scalars(select(PrincipleSet))}
    known = {(one.code, principle.code): principle for one in sets.values() for principle in one.principles}
    for row in read(REFERENCE / "principles.csv"):
        set_code, code = row.required("set"), row.required("code")
        set_words = {"name_ja": row.required("set_name_ja"), "name_en": row.required("set_name_en")}
        if set_code not in sets:
            sets[set_code] = tally.add(session, identified(PrincipleSet(code=set_code, **set_words), set_code))
        words: dict[str, Any] = {
            "position": row.whole("position"),
            "name_ja": row.required("name_ja"),
            "name_en": row.required("name_en"),
            "gates": [PrincipleGate(gate).value for gate in row.words("gates")],
        }
        if (set_code, code) in known:
            tally.update(known[set_code, code], words)
        else:
            principle = Principle(code=code, principle_set=sets[set_code], **words)
            tally.add(session, identified(principle, set_code, code))


def _load_indicators(session: Session, tally: Tally) -> None:
    """Add the packs of indicators that municipalities choose from."""
    packs = {
        pack.code: pack
        for pack in session.scalars(select(IndicatorPack).options(selectinload(IndicatorPack.indicators)))
    }
    known = {(pack.code, one.code): one for pack in packs.values() for one in pack.indicators}
    for row in read(REFERENCE / "indicators.csv"):
        pack_code, code = row.required("pack"), row.required("code")
        pack_words = {"name_ja": row.required("pack_name_ja"), "name_en": row.required("pack_name_en")}
        pack_words["source"] = row.text("pack_source")
        if pack_code not in packs:
            packs[pack_code] = tally.add(session, identified(IndicatorPack(code=pack_code, **pack_words), pack_code))
        words: dict[str, Any] = {
            "position": row.whole("position"),
            **{name: row.required(name) for name in INDICATOR_WORDS},
            "source": row.choice("source", IndicatorSource),
            "baseline_year": row.whole("baseline_year"),
            "baseline": row.number_or_none("baseline"),
            "target_year": row.whole("target_year"),
            "target": row.number("target"),
        }
        if (pack_code, code) in known:
            tally.update(known[pack_code, code], words)
        else:
            indicator = Indicator(code=code, pack=packs[pack_code], **words)
            tally.add(session, identified(indicator, pack_code, code))


def _load_weights(session: Session, tally: Tally) -> None:
    """Add the engine's own weights as the first set; sets that people made or switched on stay as they are."""
    weight_sets = session.scalars(select(WeightSet)).all()
    weights = Weights()
    if any(weight_set.number == weights.version for weight_set in weight_sets):
        tally.unchanged += 1
        return
    is_active = not any(weight_set.is_active for weight_set in weight_sets)
    first = WeightSet(number=weights.version, weights=dict(weights.as_mapping()), is_active=is_active)
    tally.add(session, identified(first, str(weights.version)))
