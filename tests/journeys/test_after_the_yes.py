"""The second half of the story: four parties, one of them on paper, from their yes to a case that others learn from."""

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from playwright.sync_api import Download, Locator, Page, Response, expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models import (
    Account,
    AuditEntry,
    CaseStudy,
    Ending,
    Offer,
    OutboxMail,
    Participant,
    Partnership,
    Reply,
    ResourceKind,
    Stage,
    utc_now,
)
from models.audit import verify
from models.years import town_day
from tests.factories import make_need, make_slot, make_suggestion
from tests.journeys.conftest import Town
from web.agreements.services import write
from web.database import last_anchor, read_scope, session_scope
from web.endings.jobs import tidy
from web.operations.queries.invariants import examine
from web.partnerships.services import answer, propose

TITLE: Final = "子ども食堂でボッチャの日をひらきたい"
BODY: Final = "食堂に来る子どもと近所のお年寄りが、ごはんのあとにいっしょに遊べる日を月に一度つくりたい。"
THINGS: Final = "ボッチャ用具"
SLOTS: Final = (("place", "ホール", "か所"), ("people", "献立・調理", "人"), ("goods", THINGS, "組"))
NPO, COMPANY, RESIDENT = "npo@hiyori.example", "seiki@hiyori.example", "arimura@hiyori.example"
OWNER: Final = "NPO法人ひより子ども食堂ネット"
ON_PAPER: Final = "NPO法人ひよりスポーツの輪"
OFFERS: Final = ("社員食堂とホール", "大鍋の料理と献立づくり", "ボッチャの用具と審判")
COORDINATOR, NEIGHBOUR = "coordinator@hiyori.example", "association@hiyori.example"
PART: Final = {
    "role": "会をいっしょに開く",
    "duty": "月に一度、当日までに用意する",
    "benefit": "町の人と知り合う",
    "burden": "月に半日",
    "may_change": "曜日と時間",
    "to_keep": "子どもの名前を外に出さない",
}
CLAUSES: Final = {
    "goal_measure": "月に一度、毎回二十人",
    "cost": "会場と用具は無料、材料は食堂ネット",
    "public_summary": "月に一度、食堂でボッチャの日をひらきます。",
}
SETTLED: Final = {
    "responsible": "both", "money": "shared", "decides": "together", "duration": "months",
    "books": "each", "loss": "each", "results": "together", "insurance": "each",
}  # fmt: skip
MEASURE: Final = "来た人の数と声で見る"
HELPED: Final = "月に一度、四者で顔を合わせたこと"
REASON: Final = "約束した三か月が終わり、会は食堂の行事になったため。"
RESULT: Final = "三か月でのべ七十人が集まり、食堂の手伝いが三人ふえた。"

FIRST_DAY, LAST_DAY = 10, 40


@dataclass
class People:
    """Everybody in the story, each at a browser of their own, and the calendar on the wall."""

    town: Town
    enter: Callable[..., Page]
    monkeypatch: pytest.MonkeyPatch | None = None
    began: date = field(default_factory=lambda: town_day(utc_now()))
    seated: dict[str, Page] = field(default_factory=dict)
    path: str = ""

    def __getitem__(self, address: str) -> Page:
        """Return the browser of somebody, signed in; a coordinator sits at a desk, everybody else has a phone."""
        if address not in self.seated:
            self.seated[address] = self.enter(address, width=1280 if address == COORDINATOR else 360)
        return self.seated[address]

    def day(self, number: int) -> date:
        return self.began + timedelta(days=number)

    def wait_until(self, number: int) -> None:
        """Let the days go by; whoever comes back in the morning signs in again, and the hourly work is done."""
        assert self.monkeypatch is not None
        self.monkeypatch.setenv("ENISHI_NOW", f"{self.day(number)}T10:00:00+09:00")
        for page in self.seated.values():
            page.context.close()
        self.seated.clear()
        tidy(self.town.app)

    def at(self, address: str, way: str = "") -> Page:
        """Open the page of the partnership as somebody, and go one of the ways that it shows."""
        page = self[address]
        page.goto(self.path)
        if way:
            page.locator("main a.entry", has_text=way).first.click()
        return page


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name).first.click()


def says(page: Page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("main")).to_contain_text(text)


def fill(page: Page | Locator, texts: Mapping[str, Any]) -> None:
    for name, text in texts.items():
        page.locator(f"[name={name}]").fill(str(text))


def refused(page: Page, button: str, status: int) -> None:
    """Press a button, and see that it is refused with this number."""

    def answered(response: Response) -> bool:
        return response.request.method == "POST"

    with page.expect_response(answered) as answer_to_it:
        press(page, button)
    assert answer_to_it.value.status == status


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as coming:
        follow(page, link)
    came: Download = coming.value
    return Path(came.path()).read_bytes()


def picture() -> bytes:
    """Return a small PNG, as a scanner makes it of a sheet of paper."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")


def proposed(app: Flask, *titles: str, said_yes: bool = False) -> str:
    """Let the coordinator propose the partnership of the food network with whoever has these offers."""
    with session_scope(app, via="test") as session:
        owner = session.scalars(select(Participant).where(Participant.name == OWNER)).one()
        offered = select(Offer).where(Offer.title.in_(titles)).options(selectinload(Offer.items))
        offers = sorted(session.scalars(offered), key=lambda offer: titles.index(offer.title))
        slots = [make_slot(ResourceKind(kind), what, unit=unit) for kind, what, unit in SLOTS[: len(offers)]]
        need = make_need(participant=owner, title=TITLE, body=BODY, slots=slots)
        suggestion = make_suggestion(need=need, offers=offers)
        session.add(suggestion)
        session.flush()
        coordinator = session.scalars(select(Account).where(Account.email == COORDINATOR)).one()
        suggestion.approve(by=coordinator, at=utc_now())
        found = propose(session, suggestion, by=coordinator, at=utc_now())
        if said_yes:
            speaks = session.scalars(select(Account).where(Account.email.in_((NPO, COMPANY)))).all()
            for party in found.parties:
                by = next(account for account in speaks if account.represents(party.participant_id))
                answer(session, party.enquiry, Reply.YES, by=by, at=utc_now())
        return f"/partnerships/{found.id}"


def say_yes(page: Page) -> None:
    page.goto("/")
    page.locator("main a[href^='/enquiries/']").first.click()
    press(page, "はい、加わります")
    expect(page).to_have_url(re.compile(r"/partnerships/[0-9a-f-]{36}$"))


def note_the_yes_on_paper(coordinator: Page) -> None:
    says(coordinator, "利用者登録がなく")
    follow(coordinator, "うかがったお返事を記録する")
    coordinator.locator("[name=channel][value=paper]").check()
    coordinator.locator("[name=reply][value=yes]").check()
    press(coordinator, "記録する")
    says(coordinator, "全員")


def find_a_date(people: People) -> None:
    """Two dates are proposed; one suits all four, is fixed, and goes into a calendar."""
    npo = people.at(NPO, "顔合わせ")
    follow(npo, "日程の候補を出す")
    for number in (0, 1):
        row = {"on": people.day(2 + number), "begins": "10:00", "ends": "11:30"}
        fill(npo, {f"dates-{number}-{name}": text for name, text in row.items()})
    for name in ("on", "begins", "ends"):
        npo.locator(f"[name=dates-2-{name}]").fill("")
    fill(npo, {"place": "市民センター 会議室2"})
    press(npo, "この候補を出す")
    for address in (NPO, COMPANY, RESIDENT, COORDINATOR):
        page = people.at(address, "顔合わせ")
        form = page.locator("form.panel")
        if address == COORDINATOR:
            expect(form).to_contain_text(ON_PAPER)
        form.locator("[name=suiting]").last.check()
        press(page, "この日なら行ける")
    npo = people.at(NPO, "顔合わせ")
    suits_all = npo.locator("li.row", has_text="全員に合う")
    expect(suits_all).to_have_count(1)
    suits_all.get_by_role("button").click()
    assert downloaded(npo, "予定表に入れる").startswith(b"BEGIN:VCALENDAR")


def settle(npo: Page) -> None:
    follow(npo, "会いました：決めたことを書く")
    fill(npo, {"what": "月に一度、食堂のあとにボッチャをする", "how_long": "三か月", "cost": CLAUSES["cost"]})
    press(npo, "書きとめる")
    expect(npo).to_have_url(re.compile("/benefit-sheet$"))


def choose_a_form(company: Page) -> None:
    """Answer the eight questions, and take the form that fits best."""
    for question, said in SETTLED.items():
        company.locator(f"[name={question}][value={said}]").check()
    press(company, "合う形を見る")
    company.locator("[name=chosen]").first.check()
    press(company, "この形にする")
    says(company, "選んだ形：共催")


def write_the_sheet(npo: Page, **changed: str) -> None:
    for number in range(4):
        fill(npo, {f"parties-{number}-{name}": text for name, text in (PART | changed).items()})
    press(npo, "シートを保存する")
    expect(npo).to_have_url(re.compile("/agreement$"))


def write_the_clauses(npo: Page, people: People) -> None:
    """Write all but by what one sees whether it was good."""
    follow(npo, "条項を書く")
    last = people.day(LAST_DAY)
    days = {"goal_due_on": last, "starts_on": people.day(FIRST_DAY), "ends_on": last, "evaluation_on": last}
    fill(npo, CLAUSES | days)
    press(npo, "書きとめる")


def mend_the_hole(npo: Page) -> None:
    """The page names the principle that is not kept, and its link leads to the field."""
    hole = npo.locator("li.row", has_text="足りないものがあります")
    expect(hole).to_have_count(1)
    expect(hole.locator("strong")).to_contain_text("評価")
    hole.get_by_role("link").click()
    expect(npo.locator("[name=evaluation_measure]")).to_be_in_viewport()
    fill(npo, {"evaluation_measure": MEASURE})
    press(npo, "書きとめる")


def open_to_sign(people: People, address: str) -> Page:
    page = people.at(address, "相利シートと協定")
    follow(page, "読んで署名する")
    says(page, MEASURE)
    page.locator("[name=has_read]").check()
    return page


def sign(people: People, address: str) -> None:
    page = open_to_sign(people, address)
    press(page, "署名する")
    expect(page).to_have_url(re.compile("/agreement$"))


def sign_on_paper(coordinator: Page) -> None:
    follow(coordinator, "紙の署名を入力する")
    expect(coordinator.locator("main form")).to_contain_text(ON_PAPER)
    coordinator.get_by_label(ON_PAPER).check()
    fill(coordinator, {"name": "輪 一郎", "capacity": "代表"})
    scan: Any = {"name": "scan.png", "mimeType": "image/png", "buffer": picture()}
    coordinator.locator("[name=scan]").set_input_files(scan)
    press(coordinator, "署名を入力する")


def agree(people: People) -> None:
    """An agreement with a hole is not signed, nor an old version; the last signature brings it into force."""
    npo, company = people[NPO], people[COMPANY]
    write_the_sheet(npo)
    write_the_clauses(npo, people)
    company.goto(f"{people.path}/agreement/2/sign")
    says(company, "まだ署名できません")
    expect(company.locator("[name=has_read]")).to_have_count(0)
    mend_the_hole(npo)

    too_late = open_to_sign(people, RESIDENT)
    npo = people.at(NPO, "相利シートと協定")
    follow(npo, "相利シートを直す")
    write_the_sheet(npo, burden="月に一日")
    refused(too_late, "署名する", 409)
    says(too_late, "新しい版")
    for address in (NPO, COMPANY, RESIDENT):
        sign(people, address)
    coordinator = people.at(COORDINATOR, "相利シートと協定")
    sign_on_paper(coordinator)
    says(coordinator, "第4版が有効です")

    follow(npo, "第4版を読む")
    assert downloaded(npo, "PDF").startswith(b"%PDF")
    assert downloaded(npo, "DOCX").startswith(b"PK")


def reach_a_milestone(people: People) -> None:
    npo = people.at(NPO, "活動のようす")
    follow(npo, "節目を加える")
    fill(npo, {"title": "一回目の会をひらく", "due_on": people.day(FIRST_DAY + 5)})
    press(npo, "この節目を加える")
    company = people.at(COMPANY, "活動のようす")
    press(company, "達成した")
    says(company, "に達成")


def lend(page: Page, *, giver: str, receiver: str) -> None:
    follow(page, "受け渡しを書く")
    page.locator("[name=kind][value=goods]").check()
    page.locator("[name=giver]").select_option(label=giver)
    page.locator("[name=receiver]").select_option(label=receiver)
    page.locator("[name=terms][value=lent]").check()
    fill(page, {"what": THINGS, "quantity": "３", "unit": "組"})
    press(page, "書きとめる")


def give_back(page: Page, quantity: int) -> None:
    follow(page, f"「{THINGS}」がどうなったかを書く")
    page.locator("[name=move][value=returned]").check()
    fill(page, {"quantity": quantity})


def note_hours(resident: Page) -> None:
    follow(resident, "活動時間を書く")
    fill(resident, {"hours": "2.5", "what": "豚汁を煮た"})
    press(resident, "時間を書きとめる")
    says(resident, "2.5")


def ask_a_visitor(people: People, visit: Callable[..., Page]) -> None:
    """Somebody who came along points the camera at the sheet, and answers without an account."""
    npo = people.at(NPO, "参加した人に聞く")
    visitor = visit()
    visitor.goto(npo.locator(".notice-sheet__address").inner_text())
    visitor.locator("[name=satisfaction][value='5']").check()
    visitor.locator("[name=met_somebody_new][value=yes]").check()
    press(visitor, "送る")
    says(visitor, TITLE)
    npo.reload()
    says(npo, "回答は1件です")


def look_back(page: Page, *, helped: str = "") -> None:
    page.locator("[name=goal][value=yes]").check()
    page.locator("[name=again][value=yes]").check()
    for grade in page.locator("[name^=principle_][value='4'], [name^=merit_][value='3']").all():
        grade.check()
    fill(page, {"helped": helped})
    press(page, "この内容で答える")
    expect(page).to_have_url(re.compile("/results$"))


def evaluate(people: People) -> None:
    """Each answers for itself; nobody reads the others before the last has answered."""
    company = people.at(COMPANY, "ふりかえりを書く")
    look_back(company, helped=HELPED)
    look_back(people.at(RESIDENT, "ふりかえりを書く"))
    npo = people.at(NPO, "評価の結果")
    says(npo, "回答はまだ読めません")
    expect(npo.locator("main")).not_to_contain_text(HELPED)
    follow(npo, "ふりかえりに答える")
    look_back(npo)
    coordinator = people.at(COORDINATOR, "評価の結果")
    expect(coordinator.locator("main")).not_to_contain_text(HELPED)
    follow(coordinator, "聞き取って書き留める")
    look_back(coordinator)
    says(coordinator, HELPED)
    npo.reload()
    says(npo, HELPED)


def dissolve(people: People) -> None:
    """What is still lent holds the end up; then it is decided, and the report is written."""
    coordinator = people.at(COORDINATOR, "終わり方を決める")
    says(coordinator, "まだ終えられません", "1組")
    decide(coordinator)
    refused(coordinator, "連携を終える", 409)
    says(coordinator, THINGS)
    follow(coordinator, "渡したもの・戻ったものの記録へ")
    give_back(coordinator, 1)
    press(coordinator, "書きとめる")
    people.at(COORDINATOR, "終わり方を決める")
    decide(coordinator)
    press(coordinator, "連携を終える")
    expect(coordinator).to_have_url(re.compile("/case$"))
    expect(coordinator.locator("[name=helped]")).to_have_value(HELPED)
    fill(coordinator, {"result": RESULT})
    press(coordinator, "報告を保存する")
    says(coordinator, RESULT, "NPO2団体")


def decide(coordinator: Page) -> None:
    coordinator.locator("[name=ending][value=dissolved]").check()
    fill(coordinator, {"reason": REASON})


def post_a_similar_need(page: Page) -> str:
    page.goto("/needs/new")
    fill(page, {"title": "集会所でボッチャの日をひらきたい", "body": BODY})
    page.locator("details", has=page.locator("[name=slots-2-what]")).locator("summary").first.click()
    for number, (kind, what, _unit) in enumerate(SLOTS):
        page.locator(f"[name=slots-{number}-kind]").select_option(kind)
        page.locator(f"[name=slots-{number}-what]").fill(what)
    page.locator("main button[name=action][value=open]").click()
    expect(page).to_have_url(re.compile(r"/needs/[0-9a-f-]{36}$"))
    return page.url.rsplit("/", 1)[1]


def learn_from_it(people: People) -> None:
    """The parties find the case on their page; who has a similar need later is shown it by the coordinator."""
    npo = people.at(NPO)
    says(npo, REASON)
    follow(npo, "事例として読む")
    says(npo, RESULT)
    need = post_a_similar_need(people[NEIGHBOUR])
    coordinator = people[COORDINATOR]
    coordinator.goto(f"/desk/needs/{need}")
    coordinator.locator("section", has=coordinator.locator("#reports")).get_by_role("link", name=TITLE).click()
    says(coordinator, RESULT)


@pytest.mark.timeout(300)
def test_four_parties_carry_it_from_their_yes_to_a_case(
    served_town: Town, visit: Callable[..., Page], enter: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(served_town, enter, monkeypatch)
    people.path = proposed(served_town.app, *OFFERS)

    for address in (NPO, COMPANY, RESIDENT):
        say_yes(people[address])
    note_the_yes_on_paper(people.at(COORDINATOR))
    find_a_date(people)

    people.wait_until(4)
    choose_a_form(people.at(COMPANY, "事業形態"))
    settle(people.at(NPO, "顔合わせ"))
    agree(people)

    people.wait_until(FIRST_DAY)
    reach_a_milestone(people)
    npo = people.at(NPO, "活動のようす")
    lend(npo, giver=ON_PAPER, receiver=OWNER)
    give_back(npo, 5)
    refused(npo, "書きとめる", 422)
    says(npo, "残っているのは3組です")
    fill(npo, {"quantity": 2})
    press(npo, "書きとめる")
    note_hours(people.at(RESIDENT, "活動のようす"))
    ask_a_visitor(people, visit)

    people.wait_until(LAST_DAY + 1)
    evaluate(people)
    dissolve(people)
    learn_from_it(people)
    check_what_is_written(served_town)


@pytest.mark.timeout(120)
def test_without_scripts_an_agreement_is_signed_and_a_return_written(
    served_town: Town, enter: Callable[..., Page]
) -> None:
    def read_only(address: str, **_size: int) -> Page:
        return enter(address, javascript=False)

    people = People(served_town, read_only)
    people.path = proposed(served_town.app, OFFERS[0], said_yes=True)
    agreed_in_words(served_town.app, from_today=people.began)

    for address in (NPO, COMPANY):
        sign(people, address)
    npo = people.at(NPO, "活動のようす")
    lend(npo, giver="東丘精機株式会社", receiver=OWNER)
    give_back(npo, 3)
    press(npo, "書きとめる")

    says(npo, "残りはありません")


def agreed_in_words(app: Flask, *, from_today: date) -> None:
    """Write the agreement of the food network's partnership, whole and from today on."""
    last = from_today + timedelta(days=LAST_DAY)
    days = {"goal_due_on": last, "starts_on": from_today, "ends_on": last, "evaluation_on": last}
    words = {"goal": TITLE, "opportunity": "町に公開した", "evaluation_measure": MEASURE}
    with session_scope(app, via="test") as session:
        found = session.scalars(select(Partnership).where(Partnership.title == TITLE)).one()
        parts = {party.id: PART | {"leads": party.leads} for party in found.parties}
        by = session.scalars(select(Account).where(Account.email == NPO)).one()
        write(session, found, clauses=CLAUSES | days | words, of_parties=parts, based_on=0, by=by, at=utc_now())


def check_what_is_written(served_town: Town) -> None:
    with read_scope(served_town.app) as session:
        found = session.scalars(select(Partnership).where(Partnership.title == TITLE)).one()
        assert (found.stage, found.ending) == (Stage.CLOSED, Ending.DISSOLVED)
        assert session.scalars(select(CaseStudy).where(CaseStudy.partnership == found)).one().result == RESULT
        templates = set(session.scalars(select(OutboxMail.template)))
        assert {"all-said-yes", "evaluation-asked"} <= templates
        recorded = set(session.scalars(select(AuditEntry.subject_table)))
        assert {"agreement_versions", "signatures", "scans", "milestones", "ledger_entries"} <= recorded
        assert {"evaluations", "end_decisions", "case_studies"} <= recorded
        anchor = last_anchor(served_town.app.extensions["audit_anchor"])
        assert verify(session, served_town.app.extensions["audit_key"], anchor) == []
        assert [finding for finding in examine(session, at=utc_now()) if not finding.holds] == []
