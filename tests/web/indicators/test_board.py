import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from models import (
    Account,
    Activity,
    ConsentPurpose,
    Consultation,
    ConsultationWay,
    Continuation,
    HelpAsked,
    IndicatorSource,
    IndicatorValue,
    Need,
    NeedOutcome,
    Partnership,
    Role,
    Stage,
)
from tests.factories import (
    make_activity,
    make_appointment,
    make_municipality,
    make_need,
    make_offer,
    make_pack,
    make_participant,
    make_partnership,
    make_resident,
    make_run,
)
from tests.web.indicators.conftest import Town
from web.indicators.queries import Measured, board, headline

Browse = Callable[[Account], FlaskClient]
TODAY = date(2026, 11, 22)


def path(town: Town, rest: str) -> str:
    return f"/indicators/{rest}?place={town.place.path}"


def consult(town: Town, *, on: date, key: str, name: str = "") -> Consultation:
    return Consultation(
        consulted_on=on,
        way=ConsultationWay.TELEPHONE,
        help_asked=HelpAsked.STARTING,
        asked="誰にも言えない話",
        asker_name=name,
        sent_key=key,
        written_at=datetime(2026, 11, 1, tzinfo=UTC),
        area=town.district,
    )


def test_effects_come_before_the_table_and_matches_last(signed_in: Browse, town: Town) -> None:
    page = signed_in(town.administrator).get("/indicators").text

    places = [page.index(f'id="{name}"') for name in ("headline", "numbers", "matches")]
    assert places == sorted(places)


def test_the_board_needs_at_most_twelve_queries(
    engine: Engine, session: Session, signed_in: Browse, town: Town
) -> None:
    session.add_all(make_activity(town.rmo, what=f"清掃 {number}") for number in range(5))
    browser = signed_in(town.administrator)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    browser.get("/indicators")

    assert len([one for one in statements if one.startswith(("SELECT", "WITH"))]) <= 12


def test_the_board_of_another_town_is_not_there(session: Session, signed_in: Browse, town: Town) -> None:
    stranger = make_appointment(make_municipality())
    session.add(stranger)

    assert signed_in(stranger.account).get(f"/indicators?place={town.place.path}").status_code == 404


def test_the_board_is_closed_to_those_who_are_not_appointed(signed_in: Browse, town: Town) -> None:
    assert signed_in(town.officer).get("/indicators").status_code == 403


def test_a_number_leads_to_its_rows_without_what_was_told(session: Session, signed_in: Browse, town: Town) -> None:
    session.add_all(
        [consult(town, on=date(2026, 4, 1), key="a", name="山田"), consult(town, on=date(2026, 3, 31), key="b")]
    )

    page = signed_in(town.administrator).get(path(town, "consultations/2026")).text

    assert "令和8年4月1日" in page
    assert "令和8年3月31日" not in page
    assert "誰にも言えない話" not in page
    assert "山田" not in page


def test_rows_leave_as_a_sheet_without_formulas(session: Session, signed_in: Browse, town: Town) -> None:
    session.add(make_activity(town.rmo, what="=1+1", people=12))

    answer = signed_in(town.coordinator).get(path(town, "activities/2026/sheet"))

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1][1:] == ["北山ふるさと協議会", "'=1+1", "12"]


def test_people_of_the_staff_bank_are_named_to_their_coordinator_alone(
    session: Session, signed_in: Browse, town: Town
) -> None:
    resident = make_resident(name="花田 咲", area=town.district, consents=(ConsentPurpose.LECTURER,))
    session.add(resident)

    told = signed_in(town.coordinator).get(path(town, "staff_bank/2026")).text
    number = signed_in(town.administrator).get(path(town, "staff_bank/2026")).text

    assert "花田 咲" in told
    assert "花田 咲" not in number
    assert "<strong>1" in number


def test_a_coordinator_of_one_district_sees_the_rows_of_that_district(
    session: Session, signed_in: Browse, town: Town
) -> None:
    elsewhere = make_participant(kind=town.rmo.kind, name="町の協議会", area=town.place)
    appointment = make_appointment(town.district)
    session.add_all([appointment, make_activity(town.rmo), make_activity(elsewhere)])

    page = signed_in(appointment.account).get(path(town, "activities/2026")).text

    assert "北山ふるさと協議会" in page
    assert "町の協議会" not in page


@pytest.mark.parametrize("rest", ["unknown/2026", "visits/2027", "visits/2021"])
def test_a_number_that_is_not_there_is_not_found(signed_in: Browse, town: Town, rest: str) -> None:
    assert signed_in(town.administrator).get(path(town, rest)).status_code == 404


def test_the_running_year_does_not_take_a_goal_away() -> None:
    indicator = make_pack(sources=(IndicatorSource.VISITS,)).indicators[0]

    reached = Measured(indicator, {2025: 3.0, 2026: 1.0}, {}, running_year=2026)
    better = Measured(indicator, {2025: 1.0, 2026: 3.0}, {}, running_year=2026)

    assert (reached.judged_year, reached.is_met) == (2025, True)
    assert (better.judged_year, better.is_met) == (2026, True)


def test_a_year_that_begins_meets_no_goal_that_shall_fall() -> None:
    indicator = make_pack(sources=(IndicatorSource.VISITS,)).indicators[0]
    indicator.baseline, indicator.target = 10.0, 5.0

    found = Measured(indicator, {2025: 8.0, 2026: 0.0}, {}, running_year=2026)

    assert (found.judged_year, found.is_met) == (2025, False)


@pytest.mark.parametrize(("today", "year"), [(date(2026, 3, 30), 2024), (date(2026, 3, 31), 2025)])
def test_on_its_last_day_a_year_is_judged_by_itself(session: Session, town: Town, today: date, year: int) -> None:
    town.rmo.created_at = datetime(2024, 6, 1, tzinfo=UTC)
    days = [date(2024, 5, 1), date(2024, 6, 1), date(2025, 5, 1)]
    session.add_all(make_activity(town.rmo, what=str(day), done_on=day) for day in days)
    session.flush()

    found = {one.indicator.source: one for one in board(session, town.place, today=today).measured}

    assert found[IndicatorSource.ACTIVITIES].judged_year == year


@pytest.mark.parametrize("rest", ["", "/number", "/import"])
def test_who_administers_one_district_sets_nothing_for_the_municipality(
    session: Session, signed_in: Browse, town: Town, rest: str
) -> None:
    appointment = make_appointment(town.district, role=Role.ADMINISTRATOR)
    session.add(appointment)
    session.commit()

    for place in (town.district, town.place):
        page = f"/administration/areas/{place.id}/indicators{rest}"
        assert signed_in(appointment.account).get(page).status_code == 404
        assert signed_in(town.administrator).get(page).status_code == 200


def test_what_stands_is_judged_by_today() -> None:
    indicator = make_pack(sources=(IndicatorSource.BODIES,)).indicators[0]

    found = Measured(indicator, {2025: 3.0, 2026: 2.0}, {}, running_year=2026)

    assert (found.judged_year, found.is_met, found.share) == (2026, False, 0.5)


def test_nothing_counted_before_anybody_came_is_not_known(signed_in: Browse, session: Session, town: Town) -> None:
    town.rmo.created_at = datetime(2025, 6, 1, tzinfo=UTC)
    session.add(town.rmo)

    page = signed_in(town.administrator).get("/indicators").text

    assert "visits/2025" in page
    assert "visits/2024" not in page


def test_the_headline_tells_effects_and_what_waits(session: Session, town: Town) -> None:
    partnership = make_partnership(
        need=make_need(participant=town.rmo), offers=[make_offer(participant=make_participant(area=town.district))],
        stage=Stage.ACCEPTED,
    )  # fmt: skip
    accepted_at = datetime(2026, 11, 20, tzinfo=UTC)
    partnership.accepted_at, partnership.need.opened_at = accepted_at, accepted_at - timedelta(days=8)
    old = make_need(participant=town.rmo)
    old.opened_at = datetime(2026, 8, 1, tzinfo=UTC)
    run, alone = make_run(town.place), make_need(participant=town.rmo)
    alone.opened_at = old.opened_at
    run.publish(needs=1, offers=0, at=accepted_at)
    outcome = NeedOutcome(run=run, need=alone, candidates=0, excluded={}, relaxations=[], questions=[])
    session.add_all([partnership, old, outcome])
    session.flush()

    found = headline(session, town.place, TODAY)

    assert (found.median_days, found.matches) == (8, 1)
    assert (found.unmet.without_candidates, found.unmet.open_too_long, found.unmet.either) == (1, 2, 2)
    assert (found.goals, found.goals_met) == (8, 0)


def _accepted(need: Need, at: datetime, *, over_at: datetime | None = None) -> Partnership:
    offers = [make_offer(participant=make_participant(area=need.area))]
    partnership = make_partnership(need=need, offers=offers, stage=Stage.CLOSED if over_at else Stage.ACCEPTED)
    partnership.accepted_at, partnership.over_at = at, over_at
    return partnership


def test_a_need_that_lacks_somebody_again_waits_from_then_on(session: Session, town: Town) -> None:
    need = make_need(participant=town.rmo)
    need.opened_at = datetime(2026, 1, 5, tzinfo=UTC)
    first = _accepted(need, datetime(2026, 1, 15, tzinfo=UTC), over_at=datetime(2026, 10, 1, tzinfo=UTC))
    again = _accepted(need, datetime(2026, 10, 21, tzinfo=UTC))
    session.add_all([first, again])
    session.flush()

    found = headline(session, town.place, TODAY)

    assert (found.median_days, found.matches) == (15, 2)  # the median of 10 and 20 days


def test_what_continues_a_partnership_met_no_need_that_waited(session: Session, town: Town) -> None:
    need = make_need(participant=town.rmo)
    need.opened_at = datetime(2026, 1, 5, tzinfo=UTC)
    first = _accepted(need, datetime(2026, 1, 15, tzinfo=UTC), over_at=datetime(2026, 10, 1, tzinfo=UTC))
    following = _accepted(need, datetime(2026, 11, 1, tzinfo=UTC))
    session.add_all([first, following, Continuation(predecessor=first, successor=following)])
    session.flush()

    found = headline(session, town.place, TODAY)

    assert (found.median_days, found.matches) == (10, 1)


def test_an_imported_number_tells_its_source(session: Session, signed_in: Browse, town: Town) -> None:
    indicator = next(one for one in town.choice.pack.indicators if not one.is_counted)
    session.add(
        IndicatorValue(
            indicator=indicator, municipality=town.place, fiscal_year=2025, value=3.77, source="利用統計 令和7年度"
        )
    )

    page = signed_in(town.coordinator).get(path(town, "imported/2025")).text

    assert "利用統計 令和7年度" in page
    assert "3.77" in page


def test_an_activity_of_another_kind_of_body_is_not_counted(session: Session, signed_in: Browse, town: Town) -> None:
    npo = make_participant(name="NPOひより", area=town.district)
    activity: Activity = make_activity(npo, what="食堂")
    session.add(activity)

    assert "食堂" not in signed_in(town.coordinator).get(path(town, "activities/2026")).text
