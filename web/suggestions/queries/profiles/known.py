"""What the engine knows beside needs and offers: weights, which districts touch, and skills."""

from dataclasses import fields

from sqlalchemy import (
    select,
)
from sqlalchemy.orm import Session, aliased

from matching import Geography, Taxonomy, Weights
from models import (
    Area,
    AreaNeighbour,
    Skill,
    SkillAlias,
    WeightSet,
    lies_under,
)


def weights(session: Session) -> Weights:
    """Return the weights that are switched on, or the first ones where none are."""
    active = session.scalar(select(WeightSet).where(WeightSet.is_active))
    return Weights() if active is None else as_weights(active)


def as_weights(weight_set: WeightSet) -> Weights:
    """Return a stored set of weights as the engine reads it."""
    names = {entry.name for entry in fields(Weights)} - {"version"}
    return Weights(
        version=weight_set.number,
        **{name: float(value) for name, value in weight_set.weights.items() if name in names},
    )


def geography(session: Session, municipality: Area) -> Geography:
    """Return which districts touch those of the municipality."""
    neighbour = aliased(Area)
    pairs = session.execute(
        select(Area.path, neighbour.path)
        .select_from(AreaNeighbour)
        .join(Area, AreaNeighbour.area_id == Area.id)
        .join(neighbour, AreaNeighbour.neighbour_id == neighbour.id)
        .where(lies_under([municipality.path]))
    )
    return Geography(frozenset((first, second) for first, second in pairs))


def taxonomy(session: Session) -> Taxonomy:
    """Return the skills, their other names in both languages, and which belong together."""
    parent = aliased(Skill)
    rows = session.execute(
        select(Skill.code, Skill.name_ja, Skill.name_en, parent.code, SkillAlias.text)
        .join(parent, Skill.parent_id == parent.id, isouter=True)
        .join(SkillAlias, SkillAlias.skill_id == Skill.id, isouter=True)
        .order_by(Skill.code, SkillAlias.text)
    ).all()
    aliases: dict[str, list[str]] = {}
    for code, _, name_en, _, alias in rows:
        known = aliases.setdefault(code, [name_en])
        if alias is not None:
            known.append(alias)
    return Taxonomy(
        parents={code: above for code, _, _, above, _ in rows if above is not None},
        aliases={code: tuple(known) for code, known in aliases.items()},
        names={code: name_ja for code, name_ja, _, _, _ in rows},
    )
