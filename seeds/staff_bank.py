"""Who holds which office in the demo town, who completed a course, and which council looks for members."""

from datetime import time
from pathlib import Path

from sqlalchemy.orm import Session

from models import (
    CouncilSeat,
    Course,
    CourseCompletion,
    Need,
    NeedOrigin,
    ResourceKind,
    RoleHolding,
    Slot,
)
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.listings import Vocabulary
from seeds.people import Population
from seeds.sheets import read


def hold_offices(session: Session, folder: Path, *, people: Population, almanac: Almanac) -> int:
    """Let people and bodies hold the offices of the sheet; return how many there are."""
    rows = read(folder / "role_holdings.csv")
    for row in rows:
        holding = RoleHolding(
            body=row.required("body"),
            office=row.required("office"),
            since=almanac.day(row.day("since")),
            until=almanac.day_or_none(row.day_or_none("until")),
            hours_per_month=row.number_or_none("hours_per_month"),
            participant=row.found("participant", people.participants),
            entered_by=None,
        )
        session.add(identified(holding, row.required("key")))
    return len(rows)


def hold_courses(session: Session, folder: Path, *, words: Vocabulary, people: Population, almanac: Almanac) -> int:
    """Hold the courses of the sheet, and note who completed them; return how many there are."""
    rows = read(folder / "courses.csv")
    for row in rows:
        key = row.required("key")
        course = Course(
            title=row.required("title"),
            organiser=row.text("organiser"),
            summary=row.text("summary"),
            starts_on=almanac.day(row.day("starts_on")),
            ends_on=almanac.day(row.day("ends_on")),
            area=row.found("area", words.areas),
            entered_by=None,
            fields=row.all_found("fields", words.fields),
        )
        session.add(identified(course, key))
        for person in row.words("completed_by"):
            completion = CourseCompletion(
                completed_on=course.ends_on, course=course, participant=people.participants[person]
            )
            session.add(identified(completion, key, person))
    return len(rows)


def seek_members(
    session: Session, folder: Path, *, words: Vocabulary, people: Population, almanac: Almanac
) -> dict[str, Need]:
    """Look for members of the councils of the sheet; return the needs by key."""
    needs: dict[str, Need] = {}
    for row in read(folder / "council_seats.csv"):
        key, convenor = row.required("key"), row.found("convenor", people.participants)
        starts_on, ends_on = almanac.day(row.day("term_starts_on")), almanac.day(row.day("term_ends_on"))
        at = almanac.moment(row.day("posted_on"), time(10))
        council = row.required("council")
        need = Need(
            participant=convenor,
            area=convenor.municipality,
            title=f"{council}の委員",
            body=row.text("body"),
            origin=NeedOrigin.OWN_POST,
            starts_on=starts_on,
            ends_on=ends_on,
            fields=row.all_found("fields", words.fields),
        )
        slot = Slot(
            kind=ResourceKind.PEOPLE,
            what=f"{council}の委員",
            quantity=row.whole("seats"),
            unit="人",
            skill=row.found("skill", words.skills),
        )
        need.set_slots([identified(slot, key, "1", at=at)])
        need.open(at=at)
        seat = CouncilSeat(
            council=council,
            term_starts_on=starts_on,
            term_ends_on=ends_on,
            meetings_per_year=row.whole("meetings_per_year"),
            allowance=row.text("allowance"),
            most_offices=row.whole("most_offices"),
            need=identified(need, key, at=at),
        )
        session.add(identified(seat, key))
        needs[key] = need
    return needs
