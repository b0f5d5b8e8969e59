from datetime import date

from models import ActivityField, Area, CouncilSeat, Course, CourseCompletion, Need, Participant, RoleHolding


def make_holding(
    participant: Participant,
    *,
    body: str = "北山町内会",
    office: str = "会計",
    since: date = date(2025, 4, 1),
    until: date | None = None,
    hours_per_month: float | None = None,
) -> RoleHolding:
    return RoleHolding(
        body=body,
        office=office,
        since=since,
        until=until,
        hours_per_month=hours_per_month,
        participant=participant,
        entered_by=None,
    )


def make_seat(need: Need, *, council: str = "防災会議", most_offices: int = 3) -> CouncilSeat:
    return CouncilSeat(
        council=council,
        term_starts_on=date(2027, 4, 1),
        term_ends_on=date(2029, 3, 31),
        most_offices=most_offices,
        need=need,
    )


def make_course(area: Area, *, title: str = "地域活動入門", fields: tuple[ActivityField, ...] = ()) -> Course:
    return Course(
        title=title,
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 11, 20),
        area=area,
        entered_by=None,
        fields=list(fields),
    )


def make_completion(course: Course, participant: Participant) -> CourseCompletion:
    return CourseCompletion(completed_on=date(2026, 11, 20), course=course, participant=participant)
