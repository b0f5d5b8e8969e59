"""Every number that is counted equals a recount in plain SQL, whatever happened around the turn of the year."""
# ruff: noqa: S608  # the statements are put together from constants of this file

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import BindParameter, Date, bindparam, text

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
from models.base import UtcDateTime
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

    told = {source: {year: _recounted(session, town, source, year) for year in YEARS} for source in RECOUNTS}
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


HERE = "(a.path = :path OR a.path LIKE :path || '.%')"
RECORDS = """participants r LEFT JOIN mergers m ON m.merged_id = r.id
    JOIN participants k ON k.id = coalesce(m.kept_id, r.id) JOIN areas a ON a.id = k.area_id"""
STOOD = "r.created_at < :over AND (r.left_at IS NULL OR r.left_at >= :over)"
HAPPENED = "{day} >= :begins AND {day} < :ends AND {day} <= :today"
RECOUNTS: Final[dict[IndicatorSource, str]] = {
    IndicatorSource.BODIES: f"SELECT count(DISTINCT k.id) FROM {RECORDS} WHERE k.kind = 'rmo' AND {HERE} AND {STOOD}",
    IndicatorSource.STAFF_BANK: f"""SELECT count(DISTINCT k.id) FROM {RECORDS}
        JOIN consents c ON c.participant_id = k.id OR c.participant_id = r.id
        WHERE k.kind = 'resident' AND {HERE} AND {STOOD} AND c.purpose <> 'guardian'
        AND c.granted_at < :over AND (c.withdrawn_at IS NULL OR c.withdrawn_at >= :over)""",
    IndicatorSource.VISITS: f"""SELECT count(*) FROM visits v JOIN areas a ON a.id = v.area_id
        WHERE {HERE} AND {HAPPENED.format(day="v.visited_on")}""",
    IndicatorSource.CONSULTATIONS: f"""SELECT count(*) FROM consultations c JOIN areas a ON a.id = c.area_id
        WHERE c.same_as_id IS NULL AND {HERE} AND {HAPPENED.format(day="c.consulted_on")}""",
    IndicatorSource.TEAM_MEETINGS: f"""SELECT count(*) FROM roundtables t JOIN areas a ON a.id = t.area_id
        WHERE t.kind = 'team_meeting' AND {HERE} AND {HAPPENED.format(day="t.held_on")}""",
    IndicatorSource.TALKS_SUPPORTED: f"""SELECT count(*) FROM roundtables t JOIN areas a ON a.id = t.area_id
        WHERE t.support <> '' AND {HERE} AND {HAPPENED.format(day="t.held_on")}""",
    IndicatorSource.ACTIVITIES: f"""SELECT count(*) FROM (SELECT DISTINCT k.id, y.done_on, y.what FROM {RECORDS}
        JOIN activities y ON y.participant_id = r.id
        WHERE k.kind = 'rmo' AND {HERE} AND {HAPPENED.format(day="y.done_on")}) AS done""",
}


def _recounted(session: AuditedSession, town: Area, source: IndicatorSource, year: int) -> int:
    """Count in plain SQL; a state is that of the midnight in Japan with which the year, or today, is over."""
    over = min(date(year + 1, 4, 1), TODAY + timedelta(days=1))
    asked: list[BindParameter[Any]] = [
        bindparam("path", town.path),
        bindparam("begins", date(year, 4, 1), Date()),
        bindparam("ends", date(year + 1, 4, 1), Date()),
        bindparam("today", TODAY, Date()),
        bindparam("over", datetime(over.year, over.month, over.day, tzinfo=UTC) - HOURS_AHEAD, UtcDateTime()),
    ]
    statement = RECOUNTS[source]
    counted = text(statement).bindparams(*(one for one in asked if f":{one.key}" in statement))
    return int(session.execute(counted).scalar_one())
