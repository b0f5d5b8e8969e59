"""Names in several spellings, what is closest to what somebody wrote, and who may be there twice."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matching.names import (
    Record,
    _settled,
    closest,
    kana_key,
    legal_form,
    likely_duplicates,
    name_key,
    organisation_key,
    skill_key,
    skill_keys,
)
from matching.text import remembered_words

Key = Callable[[str], str]
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
OLD = str.maketrans("会国広学沢桜斎辺変芸円実", "會國廣學澤櫻齋邊變藝圓實")
texts = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "引っ越しひこ読み聞かせサーバー管理ヶ々の会国広学沢桜斎辺変芸円実お手伝いパソコン教室 ABCdef123（）・ー-株"
        ),
        st.characters(codec="utf-8", categories=["L", "N", "P", "Z"]),
    ),
    max_size=16,
)
keys = pytest.mark.parametrize("key", [name_key, organisation_key, skill_key])

SKILLS = {"moving": ["引越し", "引っ越し作業"], "reading": ["読み聞かせ", "紙芝居"], "emcee": ["司会"]}


@keys
@given(text=texts)
def test_the_key_of_a_key_is_itself(key: Key, text: str) -> None:
    assert key(key(text)) == key(text)


@keys
@given(text=texts)
def test_width_changes_nothing(key: Key, text: str) -> None:
    assert key("".join(WIDE.get(sign, sign) for sign in text)) == key(text)


@keys
@given(text=texts)
def test_case_changes_nothing(key: Key, text: str) -> None:
    assume(text.upper().lower() == text.lower())

    assert key(text.upper()) == key(text.lower())


@keys
@given(text=texts)
def test_old_characters_change_nothing(key: Key, text: str) -> None:
    assert key(text.translate(OLD)) == key(text)


@pytest.mark.parametrize(
    ("step", "settled"),
    [(str.upper, "A"), (lambda text: text + "a", "a"), ({"a": "c", "c": "b", "b": "c"}.__getitem__, "b")],
)
def test_a_step_that_never_rests_still_gives_one_key(step: Key, settled: str) -> None:
    assert _settled(step, "a") == settled


@pytest.mark.parametrize(
    "spellings",
    [
        ("斎藤 実", "齋藤　実", "斉藤實", "齊藤実"),
        ("渡辺", "渡邊", "渡邉", "渡邉\U000e0100"),
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("佐々木", "佐佐木"),
        ("霞ヶ丘", "霞ケ丘"),
        ("ひより・サーバー会", "ひよりサーバ会"),
        ("ﾋﾖﾘｾﾝﾀｰ", "ヒヨリセンター", "ヒヨリセンタ－"),
    ],
)
def test_one_name_in_several_spellings_has_one_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), [("カー", "カ"), ("北山自治会", "北川自治会"), ("カバー", "カバ")])
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    "spelling",
    [
        "株式会社日和印刷",
        "(株)日和印刷",
        "㈱日和印刷",
        "日和印刷㈱",
        "日和印刷",
        "一般社団法人　日和印刷",
        "日和印刷 Co., Ltd.",
    ],
)
def test_a_legal_form_is_no_part_of_the_name_of_a_body(spelling: str) -> None:
    assert organisation_key(spelling) == "日和印刷"


def test_a_body_called_by_its_legal_form_alone_keeps_it() -> None:
    assert organisation_key("株式会社") == "株式会社"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ＮＰＯ法人さくら会", "npo"),
        ("特定非営利活動法人さくら會", "npo"),
        ("(特非)さくら会", "npo"),
        ("㈲さくら", "limited"),
        ("さくら会", ""),
        ("(農)さくら", ""),
    ],
)
def test_a_legal_form_is_recognised_in_every_spelling(name: str, form: str) -> None:
    assert legal_form(name) == form


@pytest.mark.parametrize(
    "spellings",
    [
        ("引越し", "引っ越し", "ひっこし", "ヒッコシ", "お引越し"),
        ("引越手伝い", "引っ越しの手伝い", "ひっこしの手伝い"),
        ("サーバ", "サーバー", "ｻｰﾊﾞｰ"),
        ("イラスト", "いらすと"),
        ("見守り", "みまもり", "見まもり"),
        ("子ども食堂", "こども食堂", "子供食堂"),
        ("打合せ", "打ち合わせ", "うちあわせ"),
        ("教え方", "教えかた"),
        ("DIY", "ｄｉｙ"),
        ("草とり", "草取り"),
        ("勉強する", "勉強する"),
    ],
)
def test_one_skill_in_several_spellings_has_one_key(spellings: tuple[str, ...]) -> None:
    assert len({skill_key(spelling) for spelling in spellings}) == 1


def test_words_that_sound_the_same_are_not_one() -> None:
    assert skill_key("司会") != skill_key("歯科医")


def test_a_skill_is_filed_under_its_reading_too() -> None:
    assert skill_key("よみきかせ") in skill_keys("読み聞かせ")


def test_what_has_no_reading_is_filed_once() -> None:
    assert (kana_key("wi-fi☆設定"), skill_keys("")) == ("", ())


@pytest.mark.parametrize(
    ("text", "id_"), [("ひっこし", "moving"), ("よみきかせ", "reading"), ("しかい", "emcee"), ("紙芝居", "reading")]
)
def test_a_known_name_is_found_in_any_spelling(text: str, id_: str) -> None:
    found = closest(text, SKILLS)

    assert found is not None
    assert (found.id, found.is_exact) == (id_, True)


def test_a_slip_is_only_a_guess() -> None:
    found = closest("読み聞かせ会", SKILLS)

    assert found is not None
    assert (found.id, found.form, found.is_exact) == ("reading", "読み聞かせ", False)


@pytest.mark.parametrize("text", ["歯科医", "水泳", "", "・"])
def test_what_is_like_nothing_known_gets_no_guess(text: str) -> None:
    assert closest(text, SKILLS) is None


def body(id_: str, name: str, *, kind: str = "npo", place: str = "jp.03.hiyori", **known: Any) -> Record:
    return Record(id=id_, kind=kind, place=place, name=name, **known)


def person(id_: str, name: str, **known: str) -> Record:
    return Record(id=id_, kind="resident", place="jp.03.hiyori", name=name, is_person=True, **known)


def pairs(*records: Record) -> list[tuple[str, str]]:
    return [(found.first, found.second) for found in likely_duplicates(records)]


def test_one_body_under_two_spellings_is_proposed() -> None:
    assert pairs(body("b", "特定非営利活動法人さくら会"), body("a", "NPO法人 さくら會")) == [("a", "b")]


def test_nearly_the_same_name_is_proposed_where_more_speaks_for_it() -> None:
    one, other = body("a", "日和ふるさと案内人"), body("b", "日和ふるさと案内")
    where = {"area": "jp.03.hiyori.kita", "phone": "0191-00-0001"}

    assert pairs(one, other) == []
    assert pairs(body("a", one.name, **where), body("b", other.name, **where)) == [("a", "b")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("北山第一自治会", "北山第二自治会"),
        ("北山１丁目自治会", "北山二丁目自治会"),
        ("日和東町自治会", "日和西町自治会"),
        ("日和町北山自治会", "日和町北川自治会"),
        ("北山小学校", "北山中学校"),
    ],
)
def test_neighbours_with_like_names_are_two(one: str, other: str) -> None:
    same = {"phone": "0191-00-0001", "email": "office@hiyori.example"}

    assert pairs(body("a", one), body("b", other)) == []
    assert "自治会" not in one or "丁目" not in one or pairs(body("a", one, **same), body("b", other, **same)) == []


def test_a_shared_officer_does_not_make_two_bodies_one() -> None:
    same = {"phone": "0191-00-0001", "email": "office@hiyori.example", "area": "jp.03.hiyori.kita"}

    assert pairs(body("a", "さくら会", **same), body("b", "川を守る人々", **same)) == []


@pytest.mark.parametrize("change", [{"kind": "company"}, {"place": "jp.03.tonari"}])
def test_only_one_kind_and_one_municipality_are_compared(change: dict[str, str]) -> None:
    assert pairs(body("a", "さくら会"), body("b", "さくら会", **change)) == []


def test_different_legal_forms_speak_against_it() -> None:
    records = [body("a", "株式会社ひより", phone="0191000001"), body("b", "(有)ひより", phone="0191-00-0001")]

    (found,) = likely_duplicates(records, least=0.5)

    assert [why.code for why in found.reasons] == ["same_name", "same_phone", "other_legal_form"]
    assert likely_duplicates(records) == []


def test_persons_are_compared_by_name_and_reading_not_by_likeness() -> None:
    found = pairs(
        person("a", "斎藤 実"),
        person("b", "齋藤実"),
        person("c", "斎藤 実子", phone="0191-00-0001"),
        person("d", "斎藤 実加", phone="0191-00-0001"),
    )

    assert found == [("a", "b")]


def test_a_reading_and_a_telephone_make_one_person_of_two_spellings() -> None:
    one = person("a", "沢田 みのる", reading="さわだ みのる", phone="＋81 191-00-0001")
    other = person("b", "沢田 稔", reading="サワダ　ミノル", phone="0191-00-0001")

    (found,) = likely_duplicates([one, other])

    assert [why.code for why in found.reasons] == ["same_reading", "same_phone"]


def test_a_domain_that_many_use_says_nothing() -> None:
    names = ("ひより工房", "ひより工房部", "青空の家", "川の会")
    records = [body(str(k), name, email=f"box{k}@mail.example") for k, name in enumerate(names)]

    assert all(why.code != "same_domain" for found in likely_duplicates(records, least=0.0) for why in found.reasons)


def test_a_domain_of_their_own_speaks_for_two_bodies() -> None:
    (found,) = likely_duplicates(
        [body("a", "さくら会", email="info@sakura.example"), body("b", "NPO法人さくら会", email="chair@sakura.example")]
    )

    assert "same_domain" in [why.code for why in found.reasons]


def test_a_single_record_is_nobodys_duplicate() -> None:
    assert likely_duplicates([body("a", "さくら会")]) == []


def test_a_name_that_very_many_bear_is_not_paired_up() -> None:
    records = [person(f"{k:03}", "佐藤 実") for k in range(51)]

    assert likely_duplicates(records) == []


@given(order=st.permutations(range(5)))
def test_the_order_of_the_records_does_not_matter(order: list[int]) -> None:
    records = [body(str(k), name) for k, name in enumerate(("さくら会", "櫻会", "サクラ會", "さくら會", "川の会"))]

    assert likely_duplicates([records[k] for k in order]) == likely_duplicates(records)


@pytest.mark.parametrize("key", [name_key, organisation_key, skill_key, kana_key])
def test_nothing_holds_a_name_once_its_key_is_made(key: Key) -> None:
    name = "山田 花子の会"
    before = sys.getrefcount(name)

    key(name)

    assert sys.getrefcount(name) == before


def test_the_key_of_a_skill_is_made_once_while_words_are_remembered() -> None:
    with remembered_words():
        first = skill_key("会場の机")
        assert skill_key("会場の机") is first

    assert skill_key("会場の机") is not first


def test_the_keys_of_known_skills_are_kept() -> None:
    assert skill_keys("引越しの手伝い") is skill_keys("引越しの手伝い")
