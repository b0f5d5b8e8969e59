"""Where the coordinators of the demo town went, who asked them for advice, and which needs came of it, from sheets."""

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from models import (
    ActKind,
    ActOnBehalf,
    Area,
    ConsentChannel,
    Consultation,
    ConsultationWay,
    HelpAsked,
    Need,
    ParticipantKind,
    Provenance,
    Support,
    Visit,
    VisitPlan,
)
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.people import Population
from seeds.sheets import Row, read

WRITTEN_AT: Final = time(17)


def write_down(
    session: Session,
    folder: Path,
    *,
    areas: Mapping[str, Area],
    needs: Mapping[str, Need],
    people: Population,
    almanac: Almanac,
) -> int:
    """Add the consultations and visits of the sheets; return how many there are."""
    consultations: dict[str, Consultation] = {}
    for row in read(folder / "consultations.csv"):
        found = consultations[row.required("key")] = _consultation(row, areas, people, almanac)
        session.add(found)
        if row.text("same_as"):
            found.mark_same_as(
                row.found("same_as", consultations), at=almanac.moment(row.day("consulted_on"), WRITTEN_AT)
            )
        _link(session, row, row.day("consulted_on"), found, needs, almanac)
    rows = read(folder / "visits.csv")
    for row in rows:
        visit = _visit(row, areas, people, almanac, consultations)
        session.add(visit)
        _link(session, row, row.day("visited_on"), visit, needs, almanac)
    for row in read(folder / "visit_plans.csv"):
        session.add(_plan(row, areas, people, almanac))
    return len(consultations) + len(rows)


def _consultation(row: Row, areas: Mapping[str, Area], people: Population, almanac: Almanac) -> Consultation:
    on, area = row.day("consulted_on"), row.found("area", areas)
    asker = row.found_or_none("participant", people.participants)
    at = almanac.moment(on, WRITTEN_AT)
    kind = row.choice("asker_kind", ParticipantKind) if row.text("asker_kind") else None
    consultation = Consultation(
        consulted_on=almanac.day(on),
        way=row.choice("way", ConsultationWay),
        help_asked=row.choice("help_asked", HelpAsked),
        asker_kind=kind if asker is None else asker.kind,
        asker_name=row.text("asker_name"),
        asker_contact=row.text("asker_contact"),
        asked=row.required("asked"),
        answered=row.text("answered"),
        sent_key=row.required("key"),
        written_at=at,
        area=area,
        participant=asker,
        taken_by=people.coordinator_of(area),
    )
    closed_on = row.day_or_none("closed_on")
    if closed_on is not None:
        consultation.close(at=almanac.moment(closed_on, WRITTEN_AT))
    return identified(consultation, row.required("key"), at=at)


def _visit(
    row: Row,
    areas: Mapping[str, Area],
    people: Population,
    almanac: Almanac,
    consultations: Mapping[str, Consultation],
) -> Visit:
    on, area = row.day("visited_on"), row.found("area", areas)
    at = almanac.moment(on, WRITTEN_AT)
    visit = Visit(
        visited_on=almanac.day(on),
        support=row.choice("support", Support),
        heard=row.text("heard"),
        seen=row.text("seen"),
        people_met=row.whole_or_none("people_met"),
        sent_key=row.required("key"),
        written_at=at,
        area=area,
        participant=row.found_or_none("participant", people.participants),
        consultation=row.found_or_none("consultation", consultations),
        visitor=people.coordinator_of(area),
    )
    return identified(visit, row.required("key"), at=at)


def _plan(row: Row, areas: Mapping[str, Area], people: Population, almanac: Almanac) -> VisitPlan:
    begins_on = row.day("begins_on")
    plan = VisitPlan(
        every_months=row.whole("every_months"),
        begins_on=almanac.day(begins_on),
        area=row.found("area", areas),
        participant=row.found_or_none("participant", people.participants),
        visitor=row.found("visitor", people.accounts),
    )
    return identified(plan, row.required("key"), at=almanac.moment(begins_on, WRITTEN_AT))


def _link(
    session: Session, row: Row, on: date, source: Visit | Consultation, needs: Mapping[str, Need], almanac: Almanac
) -> None:
    """Say which need came of it, and who said it."""
    need = row.found_or_none("need", needs)
    if need is None:
        return
    key, at = row.required("key"), almanac.moment(on, WRITTEN_AT)
    came_from = (
        Provenance(need=need, visit=source) if isinstance(source, Visit) else Provenance(need=need, consultation=source)
    )
    act = ActOnBehalf(
        kind=ActKind.NEED,
        channel=ConsentChannel.FACE_TO_FACE if isinstance(source, Visit) else ConsentChannel.TELEPHONE,
        said_by=row.required("said_by"),
        said_on=almanac.day(on),
        entered_at=at,
        participant=need.participant,
        need=need,
        entered_by=source.visitor if isinstance(source, Visit) else source.taken_by,
    )
    session.add_all([identified(came_from, key, at=at), identified(act, key, at=at)])
