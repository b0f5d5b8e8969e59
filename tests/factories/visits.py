from datetime import UTC, date, datetime
from itertools import count

from models import (
    Account,
    Area,
    Consultation,
    ConsultationWay,
    HelpAsked,
    Participant,
    Support,
    Visit,
    VisitPlan,
)

from .places import make_district

_numbers = count(1)
WRITTEN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def make_visit(
    *,
    area: Area | None = None,
    participant: Participant | None = None,
    visited_on: date = date(2026, 11, 20),
    heard: str = "草刈りの人手が足りない",
    visitor: Account | None = None,
    consultation: Consultation | None = None,
) -> Visit:
    return Visit(
        visited_on=visited_on,
        support=Support.BEING_THERE,
        heard=heard,
        sent_key=f"visit-{next(_numbers)}",
        written_at=WRITTEN,
        area=area or (make_district() if participant is None else participant.area),
        participant=participant,
        visitor=visitor,
        consultation=consultation,
    )


def make_visit_plan(
    area: Area,
    *,
    participant: Participant | None = None,
    every_months: int = 1,
    begins_on: date = date(2026, 4, 1),
    visitor: Account | None = None,
) -> VisitPlan:
    return VisitPlan(
        area=area, participant=participant, every_months=every_months, begins_on=begins_on, visitor=visitor
    )


def make_consultation(
    *,
    area: Area | None = None,
    consulted_on: date = date(2026, 11, 20),
    help_asked: HelpAsked = HelpAsked.FINDING_PEOPLE,
    asked: str = "草刈りを手伝う人を探している",
    asker_name: str = "",
    asker_contact: str = "",
    participant: Participant | None = None,
    taken_by: Account | None = None,
) -> Consultation:
    return Consultation(
        consulted_on=consulted_on,
        way=ConsultationWay.TELEPHONE,
        help_asked=help_asked,
        asked=asked,
        asker_name=asker_name,
        asker_contact=asker_contact,
        sent_key=f"consultation-{next(_numbers)}",
        written_at=WRITTEN,
        area=area or make_district(),
        participant=participant,
        taken_by=taken_by,
    )
