"""Real sheets come in whole, once, and can be taken back; a sheet with a bad row changes nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    Area,
    AreaLevel,
    AuditEntry,
    Condition,
    Job,
    Need,
    NeedOrigin,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    Reach,
    Slot,
    Verdict,
    utc_now,
)
from tests.factories import (
    make_account,
    make_field,
    make_municipality,
    make_participant,
    make_partnership,
    make_suggestion,
)
from tests.web.listings import workbooks
from web.database import session_scope
from web.listings.documents import rows
from web.listings.documents.sheets import named
from web.listings.services import imports
from web.participants import services as participants

Run = Callable[..., Result]
Places = dict[str, Area]

HEADING = ["主体", "主体の種類", "市区町村", "地域", "件名", "内容", "必要な資源", "出典"]
ROW = ["自治会", "neighborhood_association", "一関市", "", "広報紙", "字ばかり。", "people:指導:2:人", "計画.pdf"]


@pytest.fixture
def run(app: Flask, session: Session) -> Run:
    """Return a function that runs `flask import …` after committing what the test built."""

    def run(*arguments: str) -> Result:
        session.commit()
        result = app.test_cli_runner().invoke(args=["import", *arguments, "--lang", "en"], catch_exceptions=False)
        session.expire_all()
        return result

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[list[list[str]]], str]:
    """Return a function that writes rows below the heading of needs and gives the path."""

    def write(sheet: list[list[str]]) -> str:
        path = tmp_path / "sheet.csv"
        path.write_bytes(workbooks.as_csv([HEADING, *sheet]).encode())
        return str(path)

    return write


def count(session: Session, model: type[Need] | type[Offer] | type[Participant] | type[AuditEntry]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def changed(**cells: str) -> list[str]:
    return [cells.get(column, cell) for column, cell in zip(HEADING, ROW, strict=True)]


@pytest.mark.parametrize(
    ("kind", "name", "model", "number"),
    [
        ("needs", "needs.csv", Need, 24),
        ("offers", "offers.csv", Offer, 19),
        ("offers", "company-offers.csv", Offer, 509),
    ],
)
def test_real_sheets_come_in_without_any_refusal(
    run: Run, session: Session, places: Places, kind: str, name: str, model: type[Need] | type[Offer], number: int
) -> None:
    del places

    result = run(kind, str(workbooks.DATA / name))

    assert (result.exit_code, count(session, model)) == (0, number)


@pytest.mark.parametrize("kind", ["needs", "offers"])
def test_the_same_sheet_in_every_form_is_brought_in_once(
    run: Run, session: Session, places: Places, tmp_path: Path, kind: str
) -> None:
    del places
    table = workbooks.table(f"{kind}.csv")
    text = workbooks.as_csv(table)
    contents = [text.encode(), workbooks.BOM + text.encode(), text.encode("cp932"), workbooks.as_xlsx(table)]

    for content in contents:
        # The name says nothing: what the file is, its bytes decide.
        path = tmp_path / "sheet.txt"
        path.write_bytes(content)
        assert run(kind, str(path)).exit_code == 0

    assert count(session, Need if kind == "needs" else Offer) == len(table) - 1


def test_bringing_a_sheet_in_twice_changes_nothing(run: Run, session: Session, places: Places) -> None:
    del places
    run("needs", str(workbooks.DATA / "needs.csv"))
    before = (count(session, Need), count(session, Participant), count(session, AuditEntry))

    result = run("needs", str(workbooks.DATA / "needs.csv"))

    assert (count(session, Need), count(session, Participant), count(session, AuditEntry)) == before
    assert "24 unchanged" in result.output


def test_needs_arrive_open_at_their_place_with_their_source(run: Run, session: Session, places: Places) -> None:
    run("needs", str(workbooks.DATA / "needs.csv"))

    need = session.scalars(
        select(Need)
        .where(Need.title == "ばら苑を開く時期の駅前案内とのぼりの設置")
        .options(selectinload(Need.slots), joinedload(Need.participant))
    ).one()
    assert (need.status, need.origin, need.source) == (NeedStatus.OPEN, NeedOrigin.IMPORT, "003_1462c175124b6b34.txt")
    assert (need.area_id, need.municipality_id) == (places["多摩区"].id, places["川崎市"].id)
    assert [(slot.what, slot.quantity, slot.unit) for slot in need.slots] == [
        ("駅前の道案内", 12, "人"),
        ("のぼり", 20, "本"),
        ("のぼりを立てる場所", 10, "か所"),
    ]


def test_a_prefecture_and_no_place_at_all_are_places_too(run: Run, session: Session, places: Places) -> None:
    run("needs", str(workbooks.DATA / "needs.csv"))

    areas = dict(session.execute(select(Participant.name, Participant.area_id)).all())
    assert areas["社員の社会参加を考える企業"] == places["神奈川県"].id
    assert areas["円卓会議の準備会"] == places["日本"].id


def test_offers_reach_as_far_as_their_body_works(run: Run, session: Session, places: Places) -> None:
    del places
    run("offers", str(workbooks.DATA / "offers.csv"))
    run("offers", str(workbooks.DATA / "company-offers.csv"))

    reaches = dict(session.execute(select(Offer.title, Offer.reach)).all())
    assert reaches["仕事の出前授業"] is Reach.MUNICIPALITY
    assert reaches["企業の社会貢献の相談"] is Reach.PREFECTURE
    assert reaches["「スタディサプリ」"] is Reach.ANYWHERE


def test_lists_of_companies_keep_what_they_say_and_claim_no_more(run: Run, session: Session, places: Places) -> None:
    del places
    run("offers", str(workbooks.DATA / "company-offers.csv"))

    offer = session.scalars(
        select(Offer)
        .where(Offer.title == "ICT教材「eboard（イーボード）」")
        .options(selectinload(Offer.items), joinedload(Offer.participant))
    ).one()
    assert offer.participant.kind is ParticipantKind.NPO
    assert offer.condition is None
    assert offer.online is None
    assert offer.status is OfferStatus.OPEN
    assert "分野: 教育、学習支援" in offer.body
    assert offer.engagement_limit is None


def test_the_condition_is_read(run: Run, session: Session, places: Places) -> None:
    del places
    run("offers", str(workbooks.DATA / "offers.csv"))

    conditions = dict(session.execute(select(Offer.title, Offer.condition)).all())
    assert conditions["オリジナルフレーム切手の作成"] is Condition.AT_COST


def test_each_affected_municipality_gets_a_run(run: Run, session: Session, places: Places) -> None:
    del places
    run("needs", str(workbooks.DATA / "needs.csv"))

    paths = session.scalars(select(Area.path).join(Job, Job.municipality_id == Area.id)).all()
    assert sorted(paths) == [
        "jp",
        "jp.03.ichinoseki",
        "jp.13.tama",
        "jp.14",
        "jp.14.kawasaki",
        "jp.21.kakamigahara",
    ]


def test_an_import_is_recorded_as_a_command(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places
    run("needs", write([ROW]))

    need = session.scalars(select(Need)).one()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == need.id)).one()
    assert entry.via == "command"


def test_one_bad_row_and_nothing_is_written(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places

    result = run("needs", write([ROW, changed(主体の種類="club", 件名="別の件")]))

    assert result.exit_code == 1
    assert count(session, Need) == 0
    assert "Row 3, column 主体の種類" in result.output
    assert "university" in result.output


def test_bad_rows_can_be_left_out(run: Run, session: Session, places: Places, write: Callable[..., str]) -> None:
    del places

    result = run("needs", write([ROW, changed(必要な資源="people:講師:たくさん:人", 件名="別の件")]), "--skip-bad")

    assert result.exit_code == 0
    assert session.scalars(select(Need.title)).all() == ["広報紙"]
    assert "Row 3, column 必要な資源" in result.output


def test_a_trial_writes_nothing(run: Run, session: Session, places: Places, write: Callable[..., str]) -> None:
    del places

    result = run("needs", write([ROW]), "--dry-run")

    assert result.exit_code == 0
    assert "1 new" in result.output
    assert count(session, Need) == 0


def test_a_changed_row_is_changed_in_place(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places
    run("needs", write([ROW]))
    slot = session.scalars(select(Slot.id)).one()

    result = run("needs", write([changed(必要な資源="people:指導:3:人;goods:紙:1:式", 内容="新しい内容")]))

    need = session.scalars(select(Need).options(selectinload(Need.slots))).one()
    assert "1 changed" in result.output
    assert need.body == "新しい内容"
    assert [(one.what, one.quantity) for one in need.slots] == [("指導", 3), ("紙", 1)]
    assert need.slots[0].id == slot


def test_what_people_changed_stays_while_the_row_stays(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places
    run("needs", write([ROW]))
    session.scalars(select(Need)).one().body = "わたしたちの言葉"

    run("needs", write([ROW]))

    assert session.scalars(select(Need)).one().body == "わたしたちの言葉"


def test_a_changed_row_does_not_break_a_promise(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places
    run("needs", write([ROW]))
    session.scalars(select(Slot)).one().promised = 2

    result = run("needs", write([changed(必要な資源="people:指導:1:人")]))

    assert result.exit_code == 1
    assert "Row 2, column 必要な資源" in result.output
    assert session.scalars(select(Slot)).one().quantity == 2


def test_a_changed_row_supersedes_what_nobody_decided(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places
    run("needs", write([ROW]))
    need = session.scalars(select(Need).options(selectinload(Need.slots), joinedload(Need.participant))).one()
    suggestion = make_suggestion(need=need)
    session.add(suggestion)

    run("needs", write([changed(内容="新しい内容")]))

    assert suggestion.verdict is Verdict.SUPERSEDED


def test_the_same_row_twice_in_a_sheet_is_told(run: Run, places: Places, write: Callable[..., str]) -> None:
    del places

    result = run("needs", write([ROW, ROW]))

    assert result.exit_code == 1
    assert "Row 3" in result.output
    assert "row 2" in result.output


def test_a_body_that_is_known_already_is_not_doubled(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    known = make_participant(name="自治会", area=places["一関市"], kind=ParticipantKind.NEIGHBORHOOD_ASSOCIATION)
    session.add(known)

    run("needs", write([ROW]))

    assert session.scalars(select(Need.participant_id)).one() == known.id
    assert count(session, Participant) == 1


def test_two_imports_of_one_sheet_at_the_same_time_bring_it_in_once(
    app: Flask, session: Session, places: Places
) -> None:
    del places
    understood = rows.needs(named("UTF-8", [(1, HEADING), (2, ROW), (3, changed(件名="別の件"))]))
    session.commit()
    start = Barrier(2)

    def bring_in(_number: int) -> int:
        start.wait()
        with session_scope(app, via="command") as own:
            imports.take_turn(own)
            plan = imports.plan(own, understood.entries, Need)
            imports.carry_out(own, plan)
            return plan.count(imports.Change.NEW)

    with ThreadPoolExecutor(2) as pool:
        added = sorted(pool.map(bring_in, range(2)))

    assert added == [0, 2]
    assert count(session, Need) == 2


def test_a_place_that_is_not_known_is_added_and_told(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    result = run("needs", write([changed(市区町村="緑町", 地域="北山"), changed(市区町村="岐阜県白川村")]))

    added = {area.name_ja: area for area in session.scalars(select(Area)) if area.name_ja not in places}
    assert result.exit_code == 0
    assert {name: area.level for name, area in added.items()} == {
        "緑町": AreaLevel.MUNICIPALITY,
        "北山": AreaLevel.DISTRICT,
        "白川村": AreaLevel.MUNICIPALITY,
    }
    assert added["緑町"].parent_id == places["日本"].id
    assert added["白川村"].parent_id == places["岐阜県"].id
    assert "New place: 緑町" in result.output


def test_an_added_place_is_found_the_next_time(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places
    run("needs", write([changed(市区町村="緑町", 地域="北山")]))
    before = session.scalar(select(func.count()).select_from(Area))

    run("needs", write([changed(市区町村="緑町", 地域="北山", 件名="別の件")]))

    assert session.scalar(select(func.count()).select_from(Area)) == before


def test_a_name_that_two_places_bear_is_refused_with_both(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    for prefecture in ("東京都", "岩手県"):
        session.add(make_municipality(prefecture=places[prefecture], name="府中市"))

    result = run("needs", write([changed(市区町村="府中市")]))

    assert result.exit_code == 1
    assert "東京都府中市" in result.output
    assert "岩手県府中市" in result.output
    assert run("needs", write([changed(市区町村="東京都府中市")])).exit_code == 0


def test_a_district_needs_its_municipality(run: Run, places: Places, write: Callable[..., str]) -> None:
    del places

    assert run("needs", write([changed(市区町村="", 地域="北山")])).exit_code == 1
    assert run("needs", write([changed(市区町村="神奈川県", 地域="北山")])).exit_code == 1


def test_the_first_sheet_of_an_empty_installation_brings_its_country(
    run: Run, session: Session, write: Callable[..., str]
) -> None:
    assert run("needs", write([ROW, changed(市区町村="", 件名="別の件")])).exit_code == 0
    assert session.scalars(select(Area.path).where(Area.level == AreaLevel.COUNTRY)).one() == "jp"


def test_a_participant_lies_in_the_one_district_that_its_rows_name(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    run(
        "needs",
        write(
            [
                changed(主体="甲", 市区町村="川崎市", 地域="多摩区"),
                changed(主体="乙", 市区町村="川崎市", 地域="多摩区"),
                changed(主体="乙", 市区町村="川崎市", 地域="川崎区", 件名="別の件"),
            ]
        ),
    )

    areas = dict(session.execute(select(Participant.name, Participant.area_id)).all())
    assert areas == {"甲": places["多摩区"].id, "乙": places["川崎市"].id}


def test_fields_of_activity_count_where_the_name_is_exact(
    run: Run, session: Session, places: Places, tmp_path: Path
) -> None:
    del places
    session.add_all([make_field(name="環境の保全"), make_field(name="まちづくり")])
    path = tmp_path / "sheet.csv"
    path.write_text(workbooks.as_csv([[*HEADING, "分野"], [*ROW, "環境の保全, 町おこし"]]), encoding="utf-8")

    run("needs", str(path))

    need = session.scalars(select(Need).options(selectinload(Need.fields))).one()
    assert [field.name_ja for field in need.fields] == ["環境の保全"]


def test_an_import_can_be_undone_and_done_again(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    del places
    path = write([ROW, changed(件名="別の件")])
    import_id = run("needs", path).output.split()[-1]

    undone = run("undo", import_id)

    assert "2 withdrawn" in undone.output
    assert set(session.scalars(select(Need.status))) == {NeedStatus.WITHDRAWN}
    assert "2 new" in run("needs", path).output
    assert run("undo", "nothing").exit_code == 1


def test_what_is_in_use_is_not_undone(run: Run, session: Session, places: Places, write: Callable[..., str]) -> None:
    del places
    import_id = run("needs", write([ROW])).output.split()[-1]
    need = session.scalars(select(Need).options(selectinload(Need.slots), joinedload(Need.participant))).one()
    session.add(make_partnership(need=need))

    assert "1 kept" in run("undo", import_id).output
    assert need.status is NeedStatus.OPEN


def test_a_bomb_is_refused_in_words(run: Run, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(workbooks.bomb())

    result = run("needs", str(path))

    assert result.exit_code == 1
    assert "200 MB" in result.output
    assert count(session, Need) == 0


def test_a_byte_that_cannot_be_read_is_told_in_words(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes("主体,件名\n自治会,".encode() + b"\xff\n")

    result = run("needs", str(path))

    assert "Row 2, column B" in result.output
    assert "24 (0xFF)" in result.output


def test_a_sheet_of_offers_is_not_taken_for_needs(run: Run) -> None:
    result = run("needs", str(workbooks.DATA / "offers.csv"))

    assert result.exit_code == 1
    assert "import offers" in result.output


def test_items_without_a_quantity_show_no_number(run: Run, session: Session, places: Places) -> None:
    del places
    run("offers", str(workbooks.DATA / "company-offers.csv"))

    assert session.scalars(select(OfferItem.quantity).distinct()).all() == [999_999]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(HEADING), st.text(max_size=40)), min_size=1, max_size=4))
def test_no_sheet_breaks_the_plan(memory_session: Session, changes: list[dict[str, str]]) -> None:
    body = [(number, changed(**cells)) for number, cells in enumerate(changes, start=2)]
    understood = rows.needs(named("UTF-8", [(1, HEADING), *body]))

    plan = imports.plan(memory_session, understood.entries, Need)
    imports.carry_out(memory_session, plan)
    memory_session.flush()

    assert len(plan.rows) + len(plan.refusals) + len(understood.refusals) == len(changes)
    memory_session.rollback()


def test_a_sheet_that_names_a_merged_record_reaches_the_one_that_was_kept(
    run: Run, session: Session, places: Places, write: Callable[..., str]
) -> None:
    run("needs", write([ROW]))
    given_up = session.scalars(select(Participant)).one()
    kept = make_participant(kind=given_up.kind, name="一関自治会", area=places["一関市"])
    by = make_account()
    session.add_all([kept, by])
    session.flush()
    participants.merge(session, kept, given_up, by=by, at=utc_now())

    result = run("needs", write([ROW, changed(件名="回覧板")]))

    assert result.exit_code == 0
    assert {need.participant_id for need in session.scalars(select(Need))} == {kept.id}
    assert count(session, Participant) == 2
