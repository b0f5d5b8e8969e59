"""The rules by which a cell is understood or refused, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Condition, ParticipantKind, ResourceKind, SmallRole
from web.listings.documents import rows
from web.listings.documents.sheets import Sheet, SheetRefused, named
from web.listings.documents.words import WORDS
from web.listings.services.entries import Entry, Refusal
from web.listings.services.pieces import UNSTATED_QUANTITY

NEED = {
    "主体": "自治会",
    "主体の種類": "neighborhood_association",
    "市区町村": "一関市",
    "地域": "",
    "件名": "広報紙を読みやすくしたい",
    "内容": "字ばかりで読まれません。",
    "必要な資源": "people:広報紙づくりの指導:1:人",
    "出典": "計画.pdf",
}
COMPANY_OFFER = {
    "提供者": "株式会社日和",
    "件名": "会議の道具",
    "内容": "無償で使えます。",
    "分野": "教育、学習支援",
    "対象": "個人, 企業等",
    "キーワード": "会議",
    "細目": "",
}


def sheet(cells: dict[str, str]) -> Sheet:
    return named("UTF-8", [(1, list(cells)), (2, list(cells.values()))])


def need(**changes: str) -> Entry:
    understood = rows.needs(sheet(NEED | changes))
    assert not understood.refusals
    return understood.entries[0]


def company_offer(**changes: str) -> Entry:
    understood = rows.offers(sheet(COMPANY_OFFER | changes))
    assert not understood.refusals
    return understood.entries[0]


def refused(**changes: str) -> Refusal:
    understood = rows.needs(sheet(NEED | changes))
    assert not understood.entries
    return understood.refusals[0]


def test_a_row_becomes_a_need() -> None:
    entry = need()

    assert (entry.row, entry.owner, entry.kind) == (2, "自治会", ParticipantKind.NEIGHBORHOOD_ASSOCIATION)
    assert [(piece.kind, piece.what, piece.quantity, piece.unit) for piece in entry.pieces] == [
        (ResourceKind.PEOPLE, "広報紙づくりの指導", 1, "人")
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("people:講師:10:人;goods:教材:1:式", [("people", "講師", 10, "人"), ("goods", "教材", 1, "式")]),
        (
            "ｐｅｏｐｌｅ：講師：１０：人；ｇｏｏｄｓ：教材：１：式",
            [("people", "講師", 10, "人"), ("goods", "教材", 1, "式")],
        ),
        ("People : 講師 : 1,000 : 人 ;", [("people", "講師", 1000, "人")]),
        ("people:講師:3", [("people", "講師", 3, "")]),
        ("人:講師:3:人\n場所:教室:1:室", [("people", "講師", 3, "人"), ("place", "教室", 1, "室")]),
        ("service:相談(9:00から):2:件", [("service", "相談(9:00から)", 2, "件")]),
    ],
)
def test_resources_are_read_however_they_were_typed(cell: str, expected: list[tuple[str, str, int, str]]) -> None:
    pieces = need(必要な資源=cell).pieces

    assert [(piece.kind.value, piece.what, piece.quantity, piece.unit) for piece in pieces] == expected


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("主体", "　", "empty"),
        ("主体", "あ" * 121, "too_long"),
        ("主体の種類", "", "empty"),
        ("主体の種類", "club", "unknown_value"),
        ("主体の種類", "resident", "person"),
        ("件名", "", "empty"),
        ("件名", "あ" * 121, "too_long"),
        ("必要な資源", "", "empty"),
        ("必要な資源", " ; ", "empty"),
        ("必要な資源", "people", "form_of_piece"),
        ("必要な資源", "people:講師:人", "form_of_piece"),
        ("必要な資源", "people::3:人", "form_of_piece"),
        ("必要な資源", "dreams:夢:1:個", "unknown_value"),
        ("必要な資源", "people:講師:0:人", "bad_quantity"),
        ("必要な資源", "people:講師:-1:人", "bad_quantity"),
        ("必要な資源", "people:講師:数人:人", "bad_quantity"),
        ("必要な資源", "people:講師:1.5:人", "bad_quantity"),
        ("必要な資源", "people:講師:999999999:人", "bad_quantity"),
        ("必要な資源", "people:講師:1:" + "人" * 21, "too_long"),
        ("必要な資源", ";".join(["people:講師:1:人"] * 7), "too_many_pieces"),
        ("出典", "あ" * 301, "too_long"),
    ],
)
def test_a_refusal_names_row_column_and_reason(column: str, cell: str, code: str) -> None:
    refusal = refused(**{column: cell})

    assert (refusal.row, refusal.column, refusal.code) == (2, column, code)
    assert refusal.code in WORDS


def test_an_unknown_kind_comes_with_those_that_are_known() -> None:
    assert "university" in refused(主体の種類="club").values["allowed"]


def test_words_for_kinds_are_understood() -> None:
    assert need(主体の種類="町内会").kind is ParticipantKind.NEIGHBORHOOD_ASSOCIATION
    assert need(主体の種類="ＮＰＯ").kind is ParticipantKind.NPO


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("", ()),
        ("無償", (Condition.FREE,)),
        ("実費", (Condition.AT_COST,)),
        ("有償", (Condition.PAID,)),
        ("貸与、譲渡", (Condition.LOAN, Condition.TRANSFER)),
    ],
)
def test_conditions_of_a_need(cell: str, expected: tuple[Condition, ...]) -> None:
    assert need(条件=cell).conditions == expected


def test_a_sheet_says_who_is_welcome() -> None:
    assert need(歓迎="子連れ、お試し").welcomes == (SmallRole.CHILDREN_WELCOME, SmallRole.TRIAL)
    assert refused(歓迎="犬").column == "歓迎"


def test_an_offer_has_one_condition() -> None:
    cells = NEED | {"提供できる資源": "people:講師:1:人", "条件": "無償、有償"}
    del cells["必要な資源"]

    assert rows.offers(sheet(cells)).refusals[0].code == "one_condition"


def test_an_offer_without_a_quantity_has_no_fixed_number() -> None:
    piece = company_offer().pieces[0]

    assert (piece.kind, piece.what, piece.quantity) == (ResourceKind.SERVICE, "会議の道具", UNSTATED_QUANTITY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("無償で使えます。", (Condition.FREE,)), ("使えます。", ()), ("無償と有償があります。", ())],
)
def test_a_condition_is_taken_from_the_text_only_where_it_says_so(text: str, expected: tuple[Condition, ...]) -> None:
    assert company_offer(内容=text).conditions == expected


def test_what_has_no_place_of_its_own_stays_readable() -> None:
    body = company_offer().body

    assert "分野: 教育、学習支援" in body
    assert "対象: 個人, 企業等" in body
    assert "細目" not in body


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("株式会社日和", ParticipantKind.COMPANY),
        ("freee株式会社（本社：東京都品川区）", ParticipantKind.COMPANY),
        ("Zoom", ParticipantKind.COMPANY),
        ("ホテル・アンドルームス大阪本町", ParticipantKind.COMPANY),
        ("日和中央薬局", ParticipantKind.COMPANY),
        ("NPO法人カタリバ", ParticipantKind.NPO),
        ("ＮＰＯ法人 日和", ParticipantKind.NPO),
        ("一般社団法人ツクル", ParticipantKind.NPO),
        ("公益財団法人　日本漢字能力検定協会", ParticipantKind.NPO),
        ("公立大学法人大阪 大阪府立大学", ParticipantKind.UNIVERSITY),
        ("岡崎市", ParticipantKind.GOVERNMENT),
        ("岡崎市（岡崎ビジネスサポートセンター）", ParticipantKind.GOVERNMENT),
        ("東京都産業労働局", ParticipantKind.GOVERNMENT),
        ("奥出雲町", ParticipantKind.GOVERNMENT),
    ],
)
def test_the_kind_of_a_provider_is_told_by_its_name(name: str, kind: ParticipantKind) -> None:
    assert rows.guessed_kind(name) is kind


def test_an_offer_without_a_provider_is_refused() -> None:
    refusal = rows.offers(sheet(COMPANY_OFFER | {"提供者": " "})).refusals[0]

    assert (refusal.row, refusal.column, refusal.code) == (2, "提供者", "empty")


def test_the_wrong_sheet_is_told() -> None:
    with pytest.raises(SheetRefused) as mistaken:
        rows.offers(sheet(NEED))

    assert mistaken.value.refusal.code == "sheet_of_needs"


def test_missing_columns_are_named() -> None:
    cells = {name: cell for name, cell in NEED.items() if name not in {"件名", "主体の種類"}}

    with pytest.raises(SheetRefused) as incomplete:
        rows.needs(sheet(cells))

    assert incomplete.value.refusal.values["columns"] == "主体の種類, 件名"


def test_columns_that_are_not_known_are_told_and_left_out() -> None:
    understood = rows.needs(sheet(NEED | {"担当者": "日和 花子"}))

    assert understood.ignored == ["担当者"]


def test_a_title_above_the_heading_is_passed_over() -> None:
    read = named("XLSX", [(1, ["困りごと一覧"]), (3, list(NEED)), (4, list(NEED.values()))])

    assert rows.needs(read).entries[0].row == 4


def test_text_to_the_right_of_the_heading_is_not_lost_silently() -> None:
    read = named("UTF-8", [(1, list(NEED)), (2, [*NEED.values(), "余り"])])

    assert rows.needs(read).refusals[0].code == "beyond_heading"


@given(st.dictionaries(st.sampled_from(list(NEED)), st.text(max_size=60)))
def test_no_cell_breaks_the_reading_of_needs(changes: dict[str, str]) -> None:
    understood = rows.needs(sheet(NEED | changes))

    assert understood.rows == 1
    assert all(refusal.code in WORDS and refusal.row == 2 and refusal.column for refusal in understood.refusals)


@given(st.from_regex(r"(people|goods|人|x)?[:：;；]{0,3}.{0,10}[:：]{0,2}[0-9０-９]{0,4}[:：]?.{0,5}", fullmatch=True))
def test_no_resource_breaks_the_reading(cell: str) -> None:
    assert rows.needs(sheet(NEED | {"必要な資源": cell})).rows == 1


@given(st.dictionaries(st.sampled_from(list(COMPANY_OFFER)), st.text(max_size=60)))
def test_no_cell_breaks_the_reading_of_offers(changes: dict[str, str]) -> None:
    assert rows.offers(sheet(COMPANY_OFFER | changes)).rows == 1
