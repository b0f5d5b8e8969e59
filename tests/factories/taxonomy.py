from itertools import count

from models import ActivityField, ReviewReason, ReviewStep, Skill, SkillAlias

_numbers = count(1)


def make_field(*, code: str | None = None, name: str = "まちづくり") -> ActivityField:
    number = next(_numbers)
    return ActivityField(code=code or f"field-{number}", name_ja=name, name_en="Community", position=number)


def make_skill(
    *, code: str | None = None, name: str = "広報紙づくり", parent: Skill | None = None, aliases: tuple[str, ...] = ()
) -> Skill:
    return Skill(
        code=code or f"skill-{next(_numbers)}",
        name_ja=name,
        name_en="Newsletters",
        parent=parent,
        aliases=[SkillAlias(text=alias) for alias in aliases],
    )


def make_reason(step: ReviewStep = ReviewStep.DECLINE, *, code: str | None = None) -> ReviewReason:
    return ReviewReason(code=code or f"reason-{next(_numbers)}", step=step, name_ja="時間がない", name_en="No time")
