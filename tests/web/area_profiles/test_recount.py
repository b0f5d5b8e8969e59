"""Every figure of a profile equals a recount in plain SQL, whatever happened in the place before."""
# ruff: noqa: S608  # the statements are put together from constants of this file

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from models import (
    ActivityField,
    Appointment,
    Area,
    Course,
    MatchingRun,
    Need,
    NeedOutcome,
    NeedStatus,
    Offer,
    OfferStatus,
    Office,
    Participant,
    ParticipantKind,
    Partnership,
    ResourceKind,
    Role,
    RoleHolding,
    Roundtable,
    RoundtableKind,
    SmallRole,
    Stage,
    Support,
    Visit,
)
from models.base import UtcDateTime
from models.suggestions import RunState
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_field,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_run,
    make_slot,
    make_suggestion,
)
from web.area_profiles import queries
from web.participants.queries import belongings
from web.participants.services import merge

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
PLACES = st.integers(0, 3)
OWNERS = st.integers(0, 11)
FIELDS = st.sets(st.integers(0, 1))
PIECES = st.lists(
    st.tuples(st.sampled_from(ResourceKind), st.integers(1, 3), st.integers(0, 3), st.sampled_from([None, 2.0, 2.5])),
    min_size=1,
    max_size=3,
)
YEAR_BEGINS = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
MOMENTS = st.sampled_from([YEAR_BEGINS - timedelta(seconds=1), YEAR_BEGINS, datetime(2026, 9, 1, tzinfo=UTC)])
DAYS = st.sampled_from(
    [date(2025, 12, 1), date(2026, 3, 31), date(2026, 4, 1), TODAY, date(2027, 3, 31), date(2027, 4, 1)]
)

HISTORIES = st.fixed_dictionaries(
    {
        "participants": st.lists(
            st.tuples(
                st.sampled_from(ParticipantKind),
                PLACES,
                st.sampled_from(["here", "paused", "left"]),
                st.booleans(),
                MOMENTS,
            ),
            min_size=1,
            max_size=12,
        ),
        "needs": st.lists(
            st.tuples(OWNERS, PLACES, st.sampled_from(NeedStatus), FIELDS, PIECES, st.booleans()), max_size=6
        ),
        "outcomes": st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1), st.booleans()), max_size=4),
        "offers": st.lists(st.tuples(OWNERS, PLACES, st.sampled_from(OfferStatus), FIELDS, PIECES), max_size=6),
        "offices": st.lists(st.tuples(OWNERS, DAYS, st.none() | DAYS), max_size=6),
        "partnerships": st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from([Stage.PROPOSED, Stage.RUNNING, Stage.DECLINED])), max_size=3
        ),
        "visits": st.lists(st.tuples(PLACES, DAYS), max_size=3),
        "meetings": st.lists(st.tuples(PLACES, DAYS, st.booleans()), max_size=3),
        "courses": st.lists(st.tuples(PLACES, DAYS), max_size=3),
        "appointments": st.lists(
            st.tuples(PLACES, st.sampled_from([None, *Office]), st.booleans(), st.booleans()), max_size=4
        ),
        "mergers": st.lists(st.tuples(OWNERS, OWNERS), max_size=4),
    }
)

BELOW = "(a.path = :path OR a.path LIKE :path || '.%')"
GUARDED = """(p.is_adult OR EXISTS (SELECT 1 FROM consents c WHERE c.participant_id = p.id
    AND c.purpose = 'guardian' AND c.withdrawn_at IS NULL))"""
ASKED = f"p.left_at IS NULL AND p.paused_at IS NULL AND {GUARDED}"
LISTED = f"""needs n JOIN participants p ON p.id = n.participant_id JOIN areas a ON a.id = n.area_id
    LEFT JOIN slots s ON s.need_id = n.id AND s.quantity - s.promised > 0
    WHERE n.status = 'open' AND {ASKED} AND {BELOW}"""
GIVEN = f"""offers o JOIN participants p ON p.id = o.participant_id JOIN areas a ON a.id = o.area_id
    JOIN offer_items i ON i.offer_id = o.id AND i.quantity - i.promised > 0
    LEFT JOIN offer_fields x ON x.offer_id = o.id LEFT JOIN activity_fields f ON f.id = x.activity_field_id
    WHERE o.status = 'open' AND {ASKED} AND {BELOW} AND (p.kind <> 'resident' OR EXISTS (SELECT 1 FROM consents c
    WHERE c.participant_id = p.id AND c.purpose = 'projects' AND c.withdrawn_at IS NULL))"""

TRIAL = "LIKE '%\"trial\"%'"
FIRST_KNOWN = f"""SELECT p.id, min(CASE WHEN g.created_at < p.created_at THEN g.created_at ELSE p.created_at END)
    AS first FROM participants p JOIN areas a ON a.id = p.area_id LEFT JOIN mergers m ON m.kept_id = p.id
    LEFT JOIN participants g ON g.id = m.merged_id WHERE p.kind = 'resident' AND p.left_at IS NULL AND {BELOW}
    GROUP BY p.id"""


def test_every_figure_equals_a_recount_in_plain_sql(session: Session) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(HISTORIES)
    def recount(history: dict[str, list[Any]]) -> None:
        try:
            town = _played(session, history)
            for area in town[:2]:
                _compare(session, area)
        finally:
            session.rollback()

    recount()


def _compare(session: Session, area: Area) -> None:
    place = queries.place_by_path(session, area.path)
    assert place is not None
    whole = queries.counts_of(session, place, on=TODAY, whole=True)
    public = queries.counts_of(session, place, on=TODAY, whole=False)

    def rows(statement: str) -> list[Any]:
        bound = {"path": area.path, "today": TODAY, "first": date(2026, 4, 1), "next": date(2027, 4, 1)}
        bound |= {"begins": YEAR_BEGINS, "ends": YEAR_BEGINS.replace(year=2027)}
        asked = [
            bindparam(name, value, type_=UtcDateTime() if isinstance(value, datetime) else None)
            for name, value in bound.items()
            if f":{name}" in statement
        ]
        return list(session.execute(text(statement).bindparams(*asked)))

    kinds = dict(
        rows(
            "SELECT p.kind, count(*) FROM participants p JOIN areas a ON a.id = p.area_id"
            f" WHERE p.left_at IS NULL AND {BELOW} GROUP BY p.kind"
        )
    )
    assert whole.participants == {kind: kinds.get(kind.value, 0) for kind in ParticipantKind}
    people = kinds.get("resident", 0)
    assert public.participants[ParticipantKind.RESIDENT] == (None if 0 < people < 5 else people)

    needs = _cells(rows)
    everybody, shown = _given(rows)
    for counts, offers in ((whole, everybody), (public, shown)):
        found = {
            (row.field.code if row.field else None, kind.value): (cell.needs, cell.offers)
            for row in counts.rows
            for kind, cell in row.cells.items()
            if cell.needs or cell.offers
        }
        wanted = {key: (needs.get(key, 0), offers.get(key, 0)) for key in {*needs, *offers}}
        assert found == {key: pair for key, pair in wanted.items() if any(pair)}
    in_all = {
        kind: (number, slots)
        for kind, number, slots in rows(
            f"SELECT s.kind, count(DISTINCT n.id), count(s.id) FROM {LISTED} AND s.id IS NOT NULL GROUP BY s.kind"
        )
    }
    assert {kind.value: cell.needs for kind, cell in whole.totals.items() if cell.needs} == {
        kind: pair[0] for kind, pair in in_all.items()
    }
    assert {kind.value: slots for kind, slots in whole.open_slots.items()} == {
        kind: pair[1] for kind, pair in in_all.items()
    }
    assert whole.open_needs == rows(f"SELECT count(DISTINCT n.id) FROM {LISTED}")[0][0]
    assert (
        whole.unmet
        == rows(
            f"SELECT count(DISTINCT n.id) FROM {LISTED} AND n.id IN (SELECT z.need_id FROM need_outcomes z"
            " JOIN matching_runs r ON r.id = z.run_id WHERE z.candidates = 0 AND r.state = 'published')"
        )[0][0]
    )
    holders = [
        min(number, 3)
        for (number,) in rows(
            "SELECT count(*) FROM role_holdings h JOIN participants p ON p.id = h.participant_id JOIN areas a"
            f" ON a.id = p.area_id WHERE p.left_at IS NULL AND {BELOW} AND h.since <= :today"
            " AND (h.until IS NULL OR h.until >= :today) GROUP BY h.participant_id"
        )
    ]
    assert whole.offices == {number: holders.count(number) for number in (1, 2, 3)}
    assert public.offices == {
        number: None if 0 < holders.count(number) < 5 else holders.count(number) for number in (1, 2, 3)
    }
    stages = dict(
        rows(
            "SELECT q.stage, count(*) FROM partnerships q JOIN needs n ON n.id = q.need_id JOIN areas a"
            f" ON a.id = n.area_id WHERE {BELOW} GROUP BY q.stage"
        )
    )
    assert whole.stages == {stage: stages.get(stage.value, 0) for stage in Stage}
    year = "v.{0} >= :first AND v.{0} < :next"
    below = f"v JOIN areas a ON a.id = v.area_id WHERE {BELOW} AND "
    assert whole.visits == rows(f"SELECT count(*) FROM visits {below}" + year.format("visited_on"))[0][0]
    assert whole.meetings == rows(f"SELECT count(*) FROM roundtables {below}" + year.format("held_on"))[0][0]
    supported = f"SELECT count(*) FROM roundtables {below}" + year.format("held_on") + " AND v.support <> ''"
    assert whole.talks_supported == rows(supported)[0][0]
    courses = f"SELECT count(*) FROM courses {below} v.ends_on >= :first AND v.starts_on < :next"
    assert whole.courses == rows(courses)[0][0]
    small = (
        f"SELECT count(DISTINCT n.id) FROM {LISTED} AND (s.hours_per_month <= 2 OR CAST(n.welcomes AS TEXT) {TRIAL})"
    )
    assert whole.small_roles == rows(small)[0][0]
    new = rows(f"SELECT count(*) FROM ({FIRST_KNOWN}) AS known WHERE first >= :begins AND first < :ends")[0][0]
    assert whole.newcomers == new
    assert public.newcomers == (None if 0 < new < 5 else new)
    appointed = dict(
        rows(
            "SELECT t.office, count(DISTINCT t.account_id) FROM appointments t JOIN areas a ON a.id = t.area_id"
            " JOIN accounts c ON c.id = t.account_id WHERE t.role = 'coordinator' AND c.suspended_at IS NULL"
            f" AND ({BELOW} OR :path LIKE a.path || '.%') GROUP BY t.office"
        )
    )
    assert whole.coordinators == {office: appointed.get(office.value, 0) for office in Office} | (
        {None: appointed[None]} if None in appointed else {}
    )


def _cells(rows: Any) -> dict[tuple[str | None, str], int]:
    listed = LISTED.replace(
        "WHERE",
        "LEFT JOIN need_fields x ON x.need_id = n.id LEFT JOIN activity_fields f ON f.id = x.activity_field_id WHERE",
        1,
    )
    statement = (
        f"SELECT f.code, s.kind, count(DISTINCT n.id) FROM {listed} AND s.id IS NOT NULL GROUP BY f.code, s.kind"
    )
    return {(code, kind): number for code, kind, number in rows(statement)}


def _given(rows: Any) -> tuple[dict[Any, int], dict[Any, int]]:
    """Count offers one by one: all of them, and without those of fewer than five persons."""
    everybody: dict[Any, set[Any]] = {}
    persons: dict[Any, set[Any]] = {}
    bodies: dict[Any, set[Any]] = {}
    for code, kind, offer, owner, owner_kind in rows(f"SELECT f.code, i.kind, o.id, p.id, p.kind FROM {GIVEN}"):
        everybody.setdefault((code, kind), set()).add(offer)
        (persons if owner_kind == "resident" else bodies).setdefault((code, kind), set()).add((offer, owner))
    shown = {
        key: len(bodies.get(key, ()))
        + (len(persons.get(key, ())) if len({owner for _, owner in persons.get(key, ())}) >= 5 else 0)
        for key in everybody
    }
    return {key: len(offers) for key, offers in everybody.items()}, shown


def _played(session: Session, history: dict[str, list[Any]]) -> list[Area]:
    town = make_municipality()
    places = [
        town,
        make_district(municipality=town),
        make_district(municipality=town, name="南原"),
        make_municipality(),
    ]
    fields = [make_field(), make_field(name="観光")]
    owners = [_participant(places, *said) for said in history["participants"]]
    session.add_all([*places, *fields, *owners])
    needs = [_need(owners, places, fields, *said) for *said, _ in history["needs"]]
    for need, (*_, is_trial) in zip(needs, history["needs"], strict=True):
        need.set_welcomes([SmallRole.CHILDREN_WELCOME, *[SmallRole.TRIAL] * is_trial])
    session.add_all(needs)
    session.add_all([_offer(owners, places, fields, *said) for said in history["offers"]])
    session.add_all(
        RoleHolding(participant=owners[owner % len(owners)], body="会", office="役", since=since, until=until)
        for owner, since, until in history["offices"]
        if until is None or until >= since
    )
    session.add_all(_outcomes(needs, history["outcomes"]))
    session.add_all(_partnerships(needs, history["partnerships"]))
    for number, (place, day) in enumerate(history["visits"]):
        session.add(
            Visit(
                area=places[place],
                visited_on=day,
                support=Support.WATCHING,
                heard="話",
                sent_key=f"k{number}",
                written_at=NOW,
            )
        )
    for place, day, supported in history["meetings"]:
        meeting = Roundtable(kind=next(iter(RoundtableKind)), title="話し合い", starts_at=NOW, area=places[place])
        meeting.held_on, meeting.support = day, "進行" if supported else ""
        session.add(meeting)
    session.add_all(
        Course(title="講座", starts_on=day, ends_on=day, area=places[place]) for place, day in history["courses"]
    )
    session.add_all(_appointment(places[place], *said) for place, *said in history["appointments"])
    session.flush()
    _merge(session, owners, history["mergers"])
    return places


def _appointment(area: Area, office: Office | None, is_coordinator: bool, is_suspended: bool) -> Appointment:  # noqa: FBT001
    one = make_appointment(area, role=Role.COORDINATOR if is_coordinator else Role.ADMINISTRATOR)
    one.office = office if is_coordinator else None
    if is_suspended:
        one.account.suspend(at=NOW)
    return one


def _merge(session: Session, owners: list[Participant], said: list[tuple[int, int]]) -> None:
    """Give up one record for another wherever that may be, as a coordinator does."""
    for first, second in said:
        kept, given_up = owners[first % len(owners)], owners[second % len(owners)]
        if not belongings(session, kept, given_up).hindrances:
            merge(session, kept, given_up, by=make_account(), at=NOW)
            session.flush()
            session.expire_all()


def _participant(
    places: list[Area],
    kind: ParticipantKind,
    place: int,
    state: str,
    is_adult: bool,  # noqa: FBT001
    created_at: datetime,
) -> Participant:
    if kind is ParticipantKind.RESIDENT:
        one = make_resident(area=places[place], is_adult=is_adult)
    else:
        one = make_participant(kind=kind, area=places[place])
    one.created_at = created_at
    if state == "paused":
        one.pause(at=NOW)
    elif state == "left":
        one.leave(at=NOW)
    return one


def _need(
    owners: list[Participant],
    places: list[Area],
    fields: list[ActivityField],
    owner: int,
    place: int,
    status: NeedStatus,
    named: set[int],
    pieces: Any,
) -> Need:
    slots = [make_slot(kind, quantity=quantity, hours_per_month=hours) for kind, quantity, _, hours in pieces]
    for slot, (_, quantity, promised, _hours) in zip(slots, pieces, strict=True):
        slot.promised = min(quantity, promised)
    need = make_need(participant=owners[owner % len(owners)], area=places[place], slots=slots, status=status)
    need.fields = [fields[one] for one in sorted(named)]
    return need


def _offer(
    owners: list[Participant],
    places: list[Area],
    fields: list[ActivityField],
    owner: int,
    place: int,
    status: OfferStatus,
    named: set[int],
    pieces: Any,
) -> Offer:
    items = [make_item(kind, quantity=quantity) for kind, quantity, _, _ in pieces]
    for item, (_, quantity, promised, _hours) in zip(items, pieces, strict=True):
        item.promised = min(quantity, promised)
    offer = make_offer(participant=owners[owner % len(owners)], items=items, status=status)
    offer.area = places[place]
    offer.fields = [fields[one] for one in sorted(named)]
    return offer


def _outcomes(needs: list[Need], said: list[Any]) -> list[NeedOutcome]:
    runs: dict[Any, MatchingRun] = {}
    found = {}
    for number, candidates, is_published in said if needs else []:
        need = needs[number % len(needs)]
        run = runs.setdefault((need.municipality.path, is_published), make_run(need.municipality))
        run.state = RunState.PUBLISHED if is_published else RunState.SUPERSEDED
        found[need.municipality.path, is_published, number % len(needs)] = (run, need, candidates)
    return [
        NeedOutcome(run=run, need=need, candidates=candidates, excluded={}, relaxations=[], questions=[])
        for run, need, candidates in found.values()
    ]


def _partnerships(needs: list[Need], said: list[Any]) -> list[Partnership]:
    found = []
    for number, stage in said if needs else []:
        need = needs[number % len(needs)]
        suggestion = make_suggestion(need=need)
        one = Partnership(title="連携", need=need, suggestion=suggestion, proposed_by=make_account(), proposed_at=NOW)
        one.stage, one.accepted_at = stage, NOW if stage is Stage.RUNNING else None
        found.append(one)
    return found
