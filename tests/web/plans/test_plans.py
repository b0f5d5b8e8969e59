"""Area plans: who reads and writes them, goals with ◎ and ○, what is measured, and what hangs on a goal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from models import (
    Account,
    ActOnBehalf,
    Area,
    AreaPlan,
    AuditedSession,
    Goal,
    GoalNeed,
    Need,
    NeedOrigin,
    Participant,
    Petition,
    PetitionAnswer,
    Provenance,
    Role,
    Roundtable,
    RoundtableKind,
    Stage,
    utc_now,
)
from tests.factories import (
    make_appointment,
    make_district,
    make_goal,
    make_membership,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_plan,
    make_resident,
    make_role,
)
from web.plans.queries import plans_of

Browse = Callable[[Account], FlaskClient]
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)
ADOPTED = date(2026, 4, 1)


@dataclass
class Place:
    """A district with an association, a draft of a plan with one goal, and those who look after it."""

    area: Area
    association: Participant
    plan: AreaPlan
    coordinator: Account

    @property
    def goal(self) -> Goal:
        return self.plan.goals[0]

    @property
    def url(self) -> str:
        return f"/plans/{self.plan.id}"

    @property
    def goal_url(self) -> str:
        return f"{self.url}/goals/{self.goal.id}"


@pytest.fixture
def place(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("ENISHI_NOW", NOON.isoformat())
    area = make_district()
    association = make_participant(name="北山町内会", area=area)
    plan = make_plan(area=area)
    appointment = make_appointment(area)
    session.add_all([association, plan, appointment])
    session.commit()
    return Place(area, association, plan, appointment.account)


@pytest.fixture
def coordinator(place: Place, signed_in: Browse) -> FlaskClient:
    return signed_in(place.coordinator)


def adopt(session: AuditedSession, plan: AreaPlan) -> None:
    plan.adopt(on=ADOPTED)
    session.commit()


def typed_plan(place: Place, **changes: str) -> dict[str, str]:
    filled = {
        "area": str(place.area.id),
        "title": "北山地域計画",
        "vision": "あいさつの聞こえる町",
        "first_year": "2026",
        "last_year": "2030",
    }
    return filled | changes


def typed_goal(goal: Goal | None = None) -> dict[str, str]:
    return {
        "version": "" if goal is None else str(goal.version),
        "title": "防災訓練の参加者をふやす",
        "measure": "訓練に参加した人",
        "unit": "人",
        "baseline": "１２０",
        "target": "200",
        "due_year": "2028",
        "roles-0-name": "北山町内会",
        "roles-0-part": "leads",
        "roles-1-name": "消防団",
        "roles-1-part": "takes_part",
    }


def test_a_plan_is_begun_as_a_draft_that_only_those_who_look_after_the_place_read(
    session: AuditedSession, place: Place, coordinator: FlaskClient, client: FlaskClient, signed_in: Browse
) -> None:
    answer = coordinator.post("/plans/new", data=typed_plan(place))

    assert answer.status_code == 303
    plan = session.scalars(select(AreaPlan).where(AreaPlan.title == "北山地域計画")).one()
    assert (plan.area_id, plan.is_adopted, plan.written_by_id) == (place.area.id, False, place.coordinator.id)
    assert "あいさつの聞こえる町" in coordinator.get(f"/plans/{plan.id}").text
    assert client.get(f"/plans/{plan.id}").status_code == 302
    assert "北山地域計画" not in client.get("/plans").text
    elsewhere = make_appointment(make_district())
    session.add(elsewhere)
    session.commit()
    assert signed_in(elsewhere.account).get(f"/plans/{plan.id}").status_code == 404


def test_a_plan_is_not_begun_for_a_place_of_others(
    session: AuditedSession, place: Place, coordinator: FlaskClient
) -> None:
    other = make_district()
    session.add(other)
    session.commit()

    answer = coordinator.post("/plans/new", data=typed_plan(place, area=str(other.id)))

    assert answer.status_code == 422
    assert "北山地域計画" in answer.text
    assert session.scalar(select(func.count()).select_from(AreaPlan)) == 1


@pytest.mark.parametrize(
    "wrong", [{"title": "　"}, {"last_year": "2025"}, {"first_year": "soon"}, {"vision": "あ" * 4001}]
)
def test_a_plan_that_says_nothing_or_runs_backwards_is_refused_and_nothing_is_lost(
    session: AuditedSession, place: Place, coordinator: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = coordinator.post("/plans/new", data=typed_plan(place) | wrong)

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert wrong.get("vision", "あいさつの聞こえる町") in answer.text
    assert session.scalar(select(func.count()).select_from(AreaPlan)) == 1


def test_who_adopts_a_plan_puts_it_before_everybody(
    session: AuditedSession, place: Place, coordinator: FlaskClient, client: FlaskClient
) -> None:
    assert coordinator.post(f"{place.url}/adopt", data={"on": "令和8年12月2日"}).status_code == 422
    assert coordinator.post(f"{place.url}/adopt", data={"on": "令和8年4月1日"}).status_code == 303

    session.expire_all()
    assert place.plan.adopted_on == ADOPTED
    assert place.goal.title in client.get(place.url).text
    assert place.plan.title in client.get("/plans?state=now").text
    assert place.plan.title not in client.get("/plans?state=past").text
    assert client.get(f"{place.url}/edit").status_code == 302
    assert coordinator.post(f"{place.url}/adopt", data={"on": "令和8年4月1日"}).status_code == 409


def test_the_years_of_a_plan_leave_out_none_of_its_goals(place: Place, coordinator: FlaskClient) -> None:
    answer = coordinator.post(
        f"{place.url}/edit", data=typed_plan(place, last_year="2027", version=str(place.plan.version))
    )

    assert answer.status_code == 422
    assert "令和10年度" in answer.text


def test_who_was_overtaken_is_told_and_keeps_what_they_typed(
    session: AuditedSession, place: Place, coordinator: FlaskClient
) -> None:
    opened_on = str(place.plan.version)
    place.plan.vision = "ほかの人の言葉"
    session.commit()

    answer = coordinator.post(f"{place.url}/edit", data=typed_plan(place, title="私の題名", version=opened_on))

    assert answer.status_code == 409
    assert "私の題名" in answer.text
    session.expire_all()
    assert place.plan.vision == "ほかの人の言葉"
    again = coordinator.post(
        f"{place.url}/edit", data=typed_plan(place, title="私の題名", version=str(place.plan.version))
    )
    assert again.status_code == 303


def test_the_table_says_who_leads_and_who_takes_part(
    session: AuditedSession, place: Place, coordinator: FlaskClient
) -> None:
    assert coordinator.post(f"{place.url}/goals/new", data=typed_goal()).status_code == 303

    goal = session.scalars(select(Goal).where(Goal.title == "防災訓練の参加者をふやす")).one()
    assert (goal.position, goal.baseline, goal.target, goal.unit) == (2, 120, 200, "人")
    assert [(role.name, role.leads, role.participant) for role in goal.roles] == [
        ("北山町内会", True, place.association),
        ("消防団", False, None),
    ]
    page = coordinator.get(place.url).text
    table = page[page.index("<table>") : page.index("</table>")]
    assert table.index("北山町内会") < table.index("消防団") < table.index("◎") < table.index("○")


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"measure": ""}, {"target": "たくさん"}, {"roles-1-name": "北山町内会"}, {"due_year": "2031"}],
)
def test_a_goal_that_cannot_be_is_refused_and_nothing_is_lost(
    place: Place, coordinator: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = coordinator.post(f"{place.url}/goals/new", data=typed_goal() | wrong)

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert wrong.get("roles-1-name", "消防団") in answer.text


def test_who_stands_in_a_goal_twice_is_named_beside_the_second_row(place: Place, coordinator: FlaskClient) -> None:
    answer = coordinator.post(f"{place.url}/goals/new", data=typed_goal() | {"roles-1-name": "北山町内会"})

    assert answer.status_code == 422
    assert 'id="roles-1-name-error"' in answer.text
    assert 'href="#roles-1-name"' in answer.text


def test_a_goal_and_who_works_on_it_is_changed(session: AuditedSession, place: Place, coordinator: FlaskClient) -> None:
    coordinator.post(f"{place.goal_url}/edit", data=typed_goal(place.goal))
    session.expire_all()
    changed = typed_goal(place.goal) | {"roles-0-name": "消防団", "roles-1-name": "北山町内会"}

    assert coordinator.post(f"{place.goal_url}/edit", data=changed).status_code == 303

    session.expire_all()
    assert [(role.name, role.leads) for role in place.goal.roles] == [("消防団", True), ("北山町内会", False)]


def test_a_goal_is_taken_out_of_a_draft_and_the_others_close_up(
    session: AuditedSession, place: Place, coordinator: FlaskClient
) -> None:
    for title in ("二つ目", "三つ目"):
        place.plan.add_goal(make_goal(title=title))
        session.commit()

    assert coordinator.post(f"{place.goal_url}/remove").status_code == 303

    session.expire_all()
    assert [(goal.position, goal.title) for goal in place.plan.goals] == [(1, "二つ目"), (2, "三つ目")]
    adopt(session, place.plan)
    assert coordinator.post(f"{place.goal_url}/remove").status_code == 409


def test_what_is_measured_shows_how_far_the_way_is_behind(
    session: AuditedSession, place: Place, coordinator: FlaskClient, client: FlaskClient
) -> None:
    coordinator.post(f"{place.goal_url}/edit", data=typed_goal(place.goal))
    adopt(session, place.plan)

    for value in ("１３０", "180"):
        answer = coordinator.post(f"{place.goal_url}/measured", data={"year": "2026", "value": value})
        assert answer.status_code == 303

    session.expire_all()
    assert [(entry.fiscal_year, entry.value) for entry in place.goal.progress] == [(2026, 180)]
    page = client.get(place.url).text
    assert "75" in page
    assert 'width="120" height="12" fill="currentColor" />' in page


@pytest.mark.parametrize("wrong", [{"value": ""}, {"value": "多い"}, {"year": "2027"}, {"year": "2025"}])
def test_what_lies_ahead_or_is_no_number_is_not_measured(
    session: AuditedSession, place: Place, coordinator: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = coordinator.post(
        f"{place.goal_url}/measured", data={"year": "2026", "value": "5", "note": "のこる"} | wrong
    )

    assert answer.status_code == 422
    assert "のこる" in answer.text
    session.expire_all()
    assert place.goal.progress == []


def test_a_need_of_the_place_serves_one_goal(
    session: AuditedSession, place: Place, coordinator: FlaskClient, client: FlaskClient
) -> None:
    need = make_need(participant=place.association, title="机が足りない")
    far = make_need(participant=make_participant(area=make_district()), title="遠くの困りごと")
    place.plan.add_goal(make_goal(title="二つ目"))
    session.add_all([need, far])
    adopt(session, place.plan)

    offered = coordinator.get(f"{place.goal_url}/needs").text
    assert "机が足りない" in offered
    assert "遠くの困りごと" not in offered
    assert coordinator.post(f"{place.goal_url}/needs/{far.id}/link").status_code == 404
    assert coordinator.post(f"{place.goal_url}/needs/{need.id}/link").status_code == 303
    assert coordinator.post(f"{place.goal_url}/needs/{need.id}/link").status_code == 303
    second = f"{place.url}/goals/{place.plan.goals[1].id}"
    assert coordinator.post(f"{second}/needs/{need.id}/link").status_code == 409
    assert "机が足りない" in client.get(place.url).text

    assert coordinator.post(f"{place.goal_url}/needs/{need.id}/unlink").status_code == 303
    assert session.scalar(select(func.count()).select_from(GoalNeed)) == 0


def test_the_page_of_a_need_names_the_plan_in_force_that_it_serves(
    session: AuditedSession, place: Place, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = make_need(participant=place.association)
    session.add(GoalNeed(linked_at=utc_now(), goal=place.goal, need=need))
    session.commit()
    assert place.plan.title not in client.get(f"/needs/{need.id}").text

    adopt(session, place.plan)
    assert f'href="{place.url}"' in client.get(f"/needs/{need.id}").text
    monkeypatch.setenv("ENISHI_NOW", "2031-04-01T03:00:00+00:00")
    assert f'href="{place.url}"' not in client.get(f"/needs/{need.id}").text


def test_a_need_is_begun_from_a_goal_with_who_said_so(
    session: AuditedSession, place: Place, coordinator: FlaskClient
) -> None:
    typed = {"title": "サロンの机が足りない", "body": str(place.association.id)}
    assert coordinator.post(f"{place.goal_url}/needs/new", data=typed).status_code == 422

    told = {"said_by": "前田会長", "channel": "telephone"}
    answer = coordinator.post(f"{place.goal_url}/needs/new", data=typed | told)

    need = session.scalars(select(Need).where(Need.title == "サロンの机が足りない")).one()
    assert answer.location == f"/needs/{need.id}/edit"
    assert need.origin is NeedOrigin.PLAN_GOAL
    assert session.scalars(select(Provenance)).one().goal_id == place.goal.id
    assert session.scalars(select(GoalNeed)).one().need_id == need.id
    assert session.scalars(select(ActOnBehalf)).one().said_by == "前田会長"


def test_the_public_sees_no_draft_and_no_private_partnership(
    session: AuditedSession, place: Place, coordinator: FlaskClient, client: FlaskClient
) -> None:
    need = make_need(participant=place.association, title="机が足りない")
    partnership = make_partnership(
        stage=Stage.RUNNING, need=need, offers=[make_offer(participant=make_participant(area=place.area))]
    )
    draft = Need(participant=place.association, title="まだ下書き")
    session.add_all([partnership, draft])
    for one in (need, draft):
        session.add(GoalNeed(linked_at=utc_now(), goal=place.goal, need=one))
    adopt(session, place.plan)

    page = client.get(place.url).text
    assert "机が足りない" in page
    assert "まだ下書き" not in page
    assert str(partnership.id) not in page
    own = coordinator.get(place.url).text
    assert f"/partnerships/{partnership.id}" in own
    assert "まだ下書き" in own

    for party in partnership.parties:
        party.publish(at=utc_now())
    session.commit()
    assert f"/partnerships/public/{partnership.id}" in client.get(place.url).text


def test_what_the_administration_took_over_names_bodies_and_no_residents(
    session: AuditedSession, place: Place, client: FlaskClient
) -> None:
    resident = make_resident(area=place.area)
    asked: dict[str, Any] = {"text": "…", "priority": 1, "received_on": ADOPTED, "answer_due_on": ADOPTED}
    for title, participant, public in (
        ("街灯をふやす", place.association, True),
        ("ベンチを置く", resident, True),
        ("内々の願い", place.association, False),
    ):
        petition = Petition(title=title, participant=participant, goal=place.goal, area=place.area, **asked)
        petition.reply(PetitionAnswer.ADOPTED, "来年度に行います", public=public, by=None, on=ADOPTED)
        session.add(petition)
    adopt(session, place.plan)

    page = client.get(place.url).text

    assert "街灯をふやす" in page
    assert "北山町内会" in page
    assert "ベンチを置く" in page
    assert resident.name not in page
    assert "内々の願い" not in page


def test_a_decision_of_a_meeting_becomes_a_goal_once(
    session: AuditedSession, place: Place, coordinator: FlaskClient
) -> None:
    meeting = Roundtable(kind=RoundtableKind.ROUNDTABLE, title="北山円卓会議", starts_at=NOON, area=place.area)
    meeting.hold(on=ADOPTED, minutes="話し合った", support="")
    decision = meeting.decide("見守りの当番をつくる")
    session.add(meeting)
    session.commit()
    url = f"{place.url}/goals/new?decision={decision.id}"

    assert 'value="見守りの当番をつくる"' in coordinator.get(url).text
    typed = typed_goal() | {"decision": str(decision.id)}
    assert coordinator.post(url, data=typed).status_code == 303

    session.expire_all()
    assert decision.goal is place.plan.goals[1]
    assert "北山円卓会議" in coordinator.get(place.url).text
    assert "北山円卓会議" not in coordinator.get(f"{place.url}/goals/new").text


def test_the_next_plan_begins_where_this_one_stands(
    session: AuditedSession, place: Place, coordinator: FlaskClient
) -> None:
    place.goal.baseline, place.goal.target, place.goal.measure = 10, 50, "団体の数"
    place.goal.roles.append(make_role("北山町内会", leads=True, participant=place.association))
    place.goal.measured(30, year=2026, note="", by=None, on=ADOPTED)
    adopt(session, place.plan)
    assert '<option selected value="2031">' in coordinator.get(f"{place.url}/next").text

    answer = coordinator.post(
        f"{place.url}/next", data={"title": "次の計画", "vision": "", "first_year": "2031", "last_year": "2035"}
    )

    assert answer.status_code == 303
    following = session.scalars(select(AreaPlan).where(AreaPlan.title == "次の計画")).one()
    goal = following.goals[0]
    assert (goal.baseline, goal.target, goal.due_year, goal.progress) == (30, 50, 2035, [])
    assert [(role.name, role.leads) for role in goal.roles] == [("北山町内会", True)]
    assert not following.is_adopted


def test_an_administrator_of_the_place_writes_plans_and_a_member_of_a_body_does_not(
    session: AuditedSession, place: Place, signed_in: Browse
) -> None:
    administrator = make_appointment(place.area, role=Role.ADMINISTRATOR).account
    member = make_membership(place.association).account
    session.add_all([administrator, member])
    session.commit()

    assert signed_in(administrator).get(f"{place.url}/edit").status_code == 200
    assert signed_in(member).get(place.url).status_code == 404
    assert signed_in(member).get("/plans/new").status_code == 403


def test_a_place_has_its_own_plans_and_those_of_the_places_it_lies_in(session: AuditedSession, place: Place) -> None:
    adopt(session, place.plan)
    of_all = make_plan(area=place.area.parent, title="全市の計画", adopted_on=ADOPTED)
    draft = make_plan(area=place.area, title="下書き")
    session.add_all([of_all, draft])
    session.commit()
    assert place.area.parent is not None

    assert [plan.title for plan in plans_of(session, place.area)] == [place.plan.title, "全市の計画"]
    assert [plan.title for plan in plans_of(session, place.area.parent)] == ["全市の計画"]


def test_a_page_takes_a_dozen_queries_however_many_goals_there_are(
    session: AuditedSession, engine: Engine, place: Place, coordinator: FlaskClient
) -> None:
    for number in range(6):
        goal = make_goal(title=f"目標{number}")
        goal.roles.append(make_role("北山町内会", leads=True, participant=place.association))
        goal.measured(3, year=2026, note="", by=place.coordinator, on=ADOPTED)
        need = make_need(participant=place.association, title=f"困りごと{number}")
        place.plan.add_goal(goal)
        session.add(GoalNeed(linked_at=utc_now(), goal=goal, need=need))
    session.commit()
    statements: list[str] = []

    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    coordinator.get(place.url)

    assert 0 < len([statement for statement in statements if statement.startswith("SELECT")]) <= 12, statements
