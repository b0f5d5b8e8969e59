"""The area plans of the demo town: what its places want to reach, who leads, how far they are, and needs for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from models import Account, Area, AreaPlan, Goal, GoalNeed, GoalRole, Participant
from models.years import begins_at, fiscal_year
from seeds.almanac import WRITTEN_ON, Almanac
from seeds.identity import identified
from seeds.listings import Market
from seeds.people import Population


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A goal as it is told here; those who work on it are named by their keys, or in words."""

    title: str
    measure: str = ""
    unit: str = ""
    baseline: float | None = None
    target: float | None = None
    due_in: int
    leads: Sequence[str]
    takes_part: Sequence[str] = ()
    measured: Mapping[int, tuple[float, str]] = field(default_factory=dict)
    needs: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """A plan as it is told here; years are counted from the fiscal year in which the town was written."""

    key: str
    area: str
    title: str
    vision: str
    first: int
    last: int
    is_adopted: bool
    goals: Sequence[GoalLine]


PLANS: Final = (
    PlanLine(
        key="honmachi",
        area="jp.demo.hiyori.honmachi",
        title="本町地域づくり計画",
        vision="駅をおりた人が、ただいまと言えるまち。\n商店街の明かりを、みんなで絶やしません。",
        first=-2,
        last=2,
        is_adopted=True,
        goals=(
            GoalLine(
                title="空き店舗を、だれでも寄れる「まちの居間」にする",
                measure="ひと月に立ち寄った人",
                unit="人",
                baseline=0,
                target=300,
                due_in=1,
                leads=["rmo-honmachi"],
                takes_part=["na-hon1", "gov-chiiki", "商店会"],
                measured={-2: (40, "週に一度の試し開き"), -1: (135, "床と壁が仕上がり、週三日に")},
                needs=["need-16"],
            ),
            GoalLine(
                title="子どもがひとりで夕ごはんを食べない日をふやす",
                measure="本町の食堂を開いた回数",
                unit="回",
                baseline=12,
                target=24,
                due_in=2,
                leads=["npo-shokudo"],
                takes_part=["rmo-honmachi", "gov-chiiki"],
                measured={-1: (16, "夏休みに四回ふやした")},
                needs=["need-21", "past-20"],
            ),
            GoalLine(
                title="まちの記憶と祭りを若い世代に渡す",
                measure="取り込んだ写真",
                unit="枚",
                baseline=0,
                target=2000,
                due_in=2,
                leads=["npo-rekishi"],
                takes_part=["na-hon1"],
                needs=["need-22", "past-15"],
            ),
        ),
    ),
    PlanLine(
        key="kitayama",
        area="jp.demo.hiyori.kitayama",
        title="第2期 北山地域計画（案）",
        vision="山の暮らしを、あと三十年つづける。",
        first=1,
        last=5,
        is_adopted=False,
        goals=(
            GoalLine(
                title="車がなくても通いの場に来られるようにする",
                measure="通いの場に送迎で来た人",
                unit="人",
                baseline=3,
                target=20,
                due_in=4,
                leads=["rmo-kitayama"],
                takes_part=["gov-chiiki"],
                needs=["need-01"],
            ),
            GoalLine(
                title="ひとり暮らしの家の雪よせを、集落をこえて支え合う",
                measure="手の届いた家",
                unit="戸",
                target=7,
                due_in=3,
                leads=["na-okuyama"],
                takes_part=["rmo-kitayama", "消防団"],
            ),
        ),
    ),
    PlanLine(
        key="hiyori",
        area="jp.demo.hiyori",
        title="日和市協働推進計画",
        vision="人づくり、環境づくり、仕組みづくり。得意なことを持ち寄って、みんなでまちを担います。",
        first=-1,
        last=3,
        is_adopted=True,
        goals=(
            GoalLine(
                title="市民が市民とつながる交流の場をふやす",
                measure="一年に開いた交流の場",
                unit="回",
                baseline=6,
                target=24,
                due_in=3,
                leads=["市民センター"],
                takes_part=["市民・団体", "gov-chiiki"],
                measured={-1: (11, "")},
            ),
            GoalLine(
                title="地域の話し合いを支える人を育てる",
                measure="話し合いの進め方を学んだ人",
                unit="人",
                baseline=0,
                target=60,
                due_in=3,
                leads=["gov-chiiki"],
                takes_part=["市民・団体", "市民センター"],
                measured={-1: (18, "三回の講座")},
            ),
            GoalLine(
                title="地域づくり計画を市政に反映する",
                due_in=3,
                leads=["gov-chiiki"],
                takes_part=["市民・団体"],
            ),
        ),
    ),
)


def write(session: Session, *, areas: Mapping[str, Area], people: Population, market: Market, almanac: Almanac) -> int:
    """Write the plans of the town's places; return how many there are."""
    present = fiscal_year(almanac.day(WRITTEN_ON))
    for line in PLANS:
        plan = _plan(line, areas[line.area], people, present=present)
        session.add(plan)
        for told, goal in zip(line.goals, plan.goals, strict=True):
            for need in told.needs:
                link = GoalNeed(linked_at=begins_at(present), goal=goal, need=market.needs[need])
                session.add(identified(link, line.key, need))
    return len(PLANS)


def _plan(line: PlanLine, area: Area, people: Population, *, present: int) -> AreaPlan:
    by = people.coordinator_of(area)
    plan = AreaPlan(
        title=line.title,
        vision=line.vision,
        first_year=present + line.first,
        last_year=present + line.last,
        area=area,
        written_by=by,
    )
    for number, told in enumerate(line.goals, start=1):
        plan.add_goal(_goal(told, line.key, number, people, by=by, present=present))
    if line.is_adopted:
        plan.adopt(on=date(present + line.first, 3, 20))
    return identified(plan, line.key)


def _goal(told: GoalLine, plan: str, number: int, people: Population, *, by: Account, present: int) -> Goal:
    goal = Goal(
        title=told.title,
        measure=told.measure,
        unit=told.unit,
        baseline=told.baseline,
        target=told.target,
        due_year=present + told.due_in,
    )
    named = [(key, True) for key in told.leads] + [(key, False) for key in told.takes_part]
    for position, (key, leads) in enumerate(named, start=1):
        body: Participant | None = people.participants.get(key)
        role = GoalRole(name=key if body is None else body.name, leads=leads, position=position, participant=body)
        goal.roles.append(identified(role, plan, str(number), key))
    for year, (value, note) in told.measured.items():
        goal.measured(value, year=present + year, note=note, by=by, on=date(present + year + 1, 4, 10))
    for entry in goal.progress:
        identified(entry, plan, str(number), str(entry.fiscal_year - present))
    return identified(goal, plan, str(number))
