"""Every number that is counted equals a recount in plain Python, whatever happened around the turn of the year."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import (
    Activity,
    Area,
    AuditedSession,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    Consultation,
    ConsultationWay,
    HelpAsked,
    IndicatorSource,
    Merger,
    Participant,
    ParticipantKind,
    Roundtable,
    RoundtableKind,
    Support,
    Visit,
)
from tests.factories import make_account, make_district, make_municipality, make_resident
from web.indicators.queries import COUNTED, counted
from web.participants.services import merge

TODAY = date(2026, 11, 22)
YEARS = (2024, 2025, 2026)
HOURS_AHEAD = timedelta(hours=9)
SECOND = timedelta(seconds=1)
MARCH_ENDS = [datetime(year, 3, 31, 15, tzinfo=UTC) for year in (2025, 2026)]
_keys = count(1)

DAYS = [date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 31), date(2026, 4, 1), TODAY, date(2024, 3, 31)]
MOMENTS = [moment + step for moment in MARCH_ENDS for step in (-SECOND, SECOND * 0, SECOND)]
PLACES = ["town", "district", "town", "elsewhere"]
OUTCOMES = ["held", "supported", "called off", "to come"]


def imagine(seed: int) -> dict[str, list[Any]]:
    """Return a history of a town in which everything happens around the turns of the year."""
    dice = Random(seed)  # noqa: S311  # a town, not a secret
    pick = dice.choice

    def uses() -> list[Any]:
        purposes = dice.sample(list(ConsentPurpose), dice.randint(1, 2))
        return [(purpose, pick(MOMENTS), pick([None, *MOMENTS])) for purpose in purposes]

    kinds = [ParticipantKind.RESIDENT, ParticipantKind.RESIDENT, ParticipantKind.RMO, ParticipantKind.NPO]
    return {
        "people": [
            (pick(kinds), pick(PLACES), pick(MOMENTS), pick([None, None, *MOMENTS]), pick([None, *range(8)]), uses())
            for _ in range(16)
        ],
        "visits": [(pick(DAYS), pick(PLACES)) for _ in range(5)],
        "consultations": [(pick(DAYS), pick(PLACES), pick([True, False])) for _ in range(6)],
        "meetings": [(pick(list(RoundtableKind)), pick(DAYS), pick(PLACES), pick(OUTCOMES)) for _ in range(8)],
        "activities": [(dice.randrange(16), pick(DAYS[:3]), pick(["清掃", "祭り"])) for _ in range(30)],
    }


@dataclass
class Places:
    """The town that counts, a district in it, and a town beside it."""

    town: Area
    district: Area
    elsewhere: Area

    def __getitem__(self, name: str) -> Area:
        return getattr(self, name)  # type: ignore[no-any-return]  # three areas

    def count_here(self, area: Area) -> bool:
        return area in (self.town, self.district)


# What fails is told as it was found: to look for a smaller history would take minutes.
@settings(max_examples=16, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.integers(0, 2**32).map(imagine))
def test_every_counted_number_equals_a_recount(session: AuditedSession, history: dict[str, list[Any]]) -> None:
    town = make_municipality(code="own")
    where = Places(town, make_district(municipality=town), make_municipality(code="other"))
    session.add_all([where.district, where.elsewhere])
    played = [*_participants(where, history["people"])]
    session.add_all(played)
    session.flush()
    session.add_all([*_mergers(played, history["people"])])
    session.add_all([*_events(where, history), *_activities(played, history["activities"])])
    session.flush()

    found = counted(session, town, YEARS, today=TODAY, sources=COUNTED)

    told = {source: {year: recount(session, where, year) for year in YEARS} for source, recount in RECOUNTS.items()}
    session.rollback()
    assert found == told


def test_two_records_of_one_person_are_one_from_the_first(session: AuditedSession) -> None:
    kept, given_up = make_resident(), make_resident()
    given_up.move_to_area(kept.area)
    for resident in (kept, given_up):
        resident.created_at = datetime(2025, 5, 1, tzinfo=UTC)
        resident.consents[0].granted_at = resident.created_at
    session.add_all([kept, given_up])
    session.flush()
    merge(session, kept, given_up, by=make_account(), at=datetime(2026, 6, 1, tzinfo=UTC))
    session.flush()

    found = counted(session, kept.area, YEARS, today=TODAY, sources={IndicatorSource.STAFF_BANK})

    assert found == {IndicatorSource.STAFF_BANK: {2024: 0, 2025: 1, 2026: 1}}


def _participants(where: Places, told: Iterable[Any]) -> Iterable[Participant]:
    for kind, place, created_at, left_at, _into, consents in told:
        participant = Participant(kind=kind, name="ひより", area=where[place])
        participant.created_at = created_at
        if left_at is not None:
            participant.leave(at=max(created_at, left_at))
        for purpose, granted_at, withdrawn_at in consents:
            consent = Consent(purpose=purpose, granted_at=granted_at, channel=ConsentChannel.PAPER)
            consent.withdrawn_at = None if withdrawn_at is None else max(granted_at, withdrawn_at)
            participant.consents.append(consent)
        yield participant


def _mergers(played: Sequence[Participant], told: Sequence[Any]) -> Iterable[Merger]:
    """Give records up for earlier ones of the same kind that are kept themselves, as the service does."""
    kept: set[int] = set()
    given_up: set[int] = set()
    for place, (kind, _where, created_at, _left_at, into, _consents) in enumerate(told):
        if into is None or into >= place or place in kept or into in given_up or played[into].kind is not kind:
            continue
        kept.add(into)
        given_up.add(place)
        played[place].leave(at=created_at)
        yield Merger(merged=played[place], kept=played[into], merged_by=None, merged_at=created_at)


def _events(where: Places, history: dict[str, list[Any]]) -> Iterable[Visit | Consultation | Roundtable]:
    now = MARCH_ENDS[0]
    for day, place in history["visits"]:
        yield Visit(
            visited_on=day, support=Support.WATCHING, seen="花", sent_key=_key(), written_at=now, area=where[place]
        )
    first: Consultation | None = None
    for day, place, is_double in history["consultations"]:
        consultation = Consultation(
            consulted_on=day,
            way=ConsultationWay.COUNTER,
            help_asked=HelpAsked.STARTING,
            asked="始めかた",
            sent_key=_key(),
            written_at=now,
            area=where[place],
        )
        if is_double and first is not None:
            consultation.mark_same_as(first, at=now)
        first = first or consultation
        yield consultation
    for kind, day, place, outcome in history["meetings"]:
        meeting = Roundtable(kind=kind, title="話し合い", starts_at=now, area=where[place])
        if outcome == "called off":
            meeting.call_off(at=now)
        elif outcome != "to come":
            meeting.hold(on=day, minutes="話した", support="進行" if outcome == "supported" else "")
        yield meeting


def _activities(played: Sequence[Participant], told: Iterable[Any]) -> Iterable[Activity]:
    for place, day, what in told:
        body = played[place % len(played)]
        yield Activity(participant=body, done_on=day, what=what, sent_key=_key(), written_at=MARCH_ENDS[0])


def _key() -> str:
    return f"key-{next(_keys)}"


def _is_in(day: date | None, year: int) -> bool:
    return day is not None and day <= TODAY and (day.year if day.month > 3 else day.year - 1) == year


def _stood(begins_at: datetime, ends_at: datetime | None, year: int) -> bool:
    """Tell by the calendar on the wall whether something stood when the last day of the year was over."""
    last = min(date(year + 1, 3, 31), TODAY)
    return (begins_at + HOURS_AHEAD).date() <= last and (ends_at is None or (ends_at + HOURS_AHEAD).date() > last)


def _registered(
    session: AuditedSession, where: Places, year: int, kind: ParticipantKind
) -> dict[Participant, list[Participant]]:
    """Return who stood at the end of a year, by the kept record, with the records that stood."""
    stood: dict[Participant, list[Participant]] = {}
    for record in session.scalars(select(Participant)):
        kept = record.successor
        if kept.kind is kind and where.count_here(kept.area) and _stood(record.created_at, record.left_at, year):
            stood.setdefault(kept, []).append(record)
    return stood


def _bodies(session: AuditedSession, where: Places, year: int) -> int:
    return len(_registered(session, where, year, ParticipantKind.RMO))


def _staff_bank(session: AuditedSession, where: Places, year: int) -> int:
    return sum(
        any(
            consent.purpose is not ConsentPurpose.GUARDIAN and _stood(consent.granted_at, consent.withdrawn_at, year)
            for record in {kept, *records}
            for consent in record.consents
        )
        for kept, records in _registered(session, where, year, ParticipantKind.RESIDENT).items()
    )


def _visits(session: AuditedSession, where: Places, year: int) -> int:
    return sum(where.count_here(one.area) and _is_in(one.visited_on, year) for one in session.scalars(select(Visit)))


def _consultations(session: AuditedSession, where: Places, year: int) -> int:
    found = session.scalars(select(Consultation))
    return sum(one.counts and where.count_here(one.area) and _is_in(one.consulted_on, year) for one in found)


def _team_meetings(session: AuditedSession, where: Places, year: int) -> int:
    found = [one for one in session.scalars(select(Roundtable)) if one.kind is RoundtableKind.TEAM_MEETING]
    return sum(where.count_here(one.area) and _is_in(one.held_on, year) for one in found)


def _talks(session: AuditedSession, where: Places, year: int) -> int:
    found = [one for one in session.scalars(select(Roundtable)) if one.was_supported]
    return sum(where.count_here(one.area) and _is_in(one.held_on, year) for one in found)


def _activities_of_rmos(session: AuditedSession, where: Places, year: int) -> int:
    return len(
        {
            (one.participant.successor.id, one.done_on, one.what)
            for one in session.scalars(select(Activity))
            if one.participant.successor.kind is ParticipantKind.RMO
            and where.count_here(one.participant.successor.area)
            and _is_in(one.done_on, year)
        }
    )


RECOUNTS: dict[IndicatorSource, Callable[[AuditedSession, Places, int], int]] = {
    IndicatorSource.STAFF_BANK: _staff_bank,
    IndicatorSource.TALKS_SUPPORTED: _talks,
    IndicatorSource.TEAM_MEETINGS: _team_meetings,
    IndicatorSource.CONSULTATIONS: _consultations,
    IndicatorSource.ACTIVITIES: _activities_of_rmos,
    IndicatorSource.BODIES: _bodies,
    IndicatorSource.VISITS: _visits,
}
