"""Where people of the demo town sat down together, and what they asked of the administration, from sheets."""

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from models import (
    Area,
    Attendance,
    ConsentChannel,
    Need,
    ParticipantKind,
    Petition,
    PetitionAnswer,
    Provenance,
    Roundtable,
    RoundtableKind,
)
from models.petitions import ANSWERED_WITHIN
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.people import Population
from seeds.sheets import Row, read

CALLED_AT: Final = time(9)


def hold(
    session: Session,
    folder: Path,
    *,
    areas: Mapping[str, Area],
    needs: Mapping[str, Need],
    people: Population,
    almanac: Almanac,
) -> int:
    """Add the meetings of the sheets with who came and what was decided; return how many there are."""
    meetings: dict[str, Roundtable] = {}
    for row in read(folder / "roundtables.csv"):
        meetings[row.required("key")] = _meeting(row, areas, people, almanac)
    for row in read(folder / "attendances.csv"):
        came = row.found("meeting", meetings).attendances
        attendance = Attendance(
            kind=row.choice("kind", ParticipantKind),
            people=row.whole("people"),
            participant=row.found_or_none("participant", people.participants),
            position=len(came) + 1,
        )
        came.append(identified(attendance, row.required("meeting"), str(attendance.position)))
    for row in read(folder / "decisions.csv"):
        meeting = row.found("meeting", meetings)
        decision, need = meeting.decide(row.required("text")), row.found_or_none("need", needs)
        key = (row.required("meeting"), str(decision.position))
        identified(decision, *key)
        if need is not None:
            decision.become(need)
            session.add(identified(Provenance(need=need, roundtable=meeting), *key))
    session.add_all(meetings.values())
    return len(meetings)


def ask(session: Session, folder: Path, *, people: Population, almanac: Almanac) -> int:
    """Add the petitions of the sheet with their answers; return how many there are."""
    rows = read(folder / "petitions.csv")
    for row in rows:
        body, received_on = row.found("participant", people.participants), almanac.day(row.day("received_on"))
        petition = Petition(
            title=row.required("title"),
            text=row.required("text"),
            priority=row.whole("priority"),
            own_role=row.text("own_role"),
            burden=row.text("burden"),
            addressed_to=row.text("addressed_to"),
            received_on=received_on,
            answer_due_on=received_on + ANSWERED_WITHIN,
            channel=row.choice("channel", ConsentChannel),
            area=body.area,
            participant=body,
            written_by=people.coordinator_of(body.area),
        )
        if row.text("answer"):
            petition.reply(
                row.choice("answer", PetitionAnswer),
                row.required("answer_text"),
                public=row.truth("is_public"),
                by=people.coordinator_of(body.area),
                on=almanac.day(row.day("answered_on")),
            )
        session.add(identified(petition, row.required("key")))
    return len(rows)


def _meeting(row: Row, areas: Mapping[str, Area], people: Population, almanac: Almanac) -> Roundtable:
    on, area = row.day("starts_on"), row.found("area", areas)
    meeting = Roundtable(
        kind=row.choice("kind", RoundtableKind),
        title=row.required("title"),
        starts_at=almanac.moment(on, time.fromisoformat(row.required("starts_at"))),
        ends_at=almanac.moment(on, time.fromisoformat(row.required("ends_at"))),
        place=row.text("place"),
        agenda="\n".join(row.text("agenda").split("／")),
        is_public=row.truth("is_public"),
        area=area,
        convenor=row.found_or_none("convenor", people.participants),
        called_by=people.coordinator_of(area),
    )
    if row.truth("held"):
        meeting.hold(on=almanac.day(on), minutes=row.required("minutes"), support=row.text("support"))
    return identified(meeting, row.required("key"), at=almanac.moment(on, CALLED_AT))
