"""Which form of collaboration is chosen, by cases as they are usual in Japanese municipalities, and in general."""

from dataclasses import dataclass
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.collaboration import (
    CLOSE,
    CONFIDENCE_FLOOR,
    FORMS,
    RULED_OUT,
    SPEAKS_FOR,
    TABLE,
    WEIGHTS,
    FormRanking,
    Ground,
    rank_forms,
)
from models import CollaborationForm

_answers = st.fixed_dictionaries(
    {}, optional={question: st.sampled_from(sorted(TABLE[question])) for question in TABLE}
)


@dataclass(frozen=True)
class Case:
    """What was settled in a partnership, which form it took, and why."""

    name: str
    form: str
    why: str
    settled: str
    is_close: bool = False

    @property
    def answers(self) -> dict[str, str]:
        return dict(pair.split("=") for pair in self.settled.split())


CASES = [
    # 共催
    Case(
        "市民大学講座",
        "co_hosting",
        "Library and university both invite, each sends its own people and pays for them.",
        "responsible=both money=shared decides=together duration=months books=each loss=each results=together "
        "insurance=each",
    ),
    Case(
        "クリーンアップ大作戦",
        "co_hosting",
        "For one morning the town brings bags and lorries, the associations bring hands: two hosts, no common purse.",
        "responsible=both money=shared decides=together duration=once books=each insurance=office",
    ),
    Case(
        "成人式の共同開催",
        "co_hosting",
        "The board of education and a youth circle stand on the invitation together; who insures is still open.",
        "responsible=both money=shared decides=together duration=every_year books=each loss=each",
    ),
    Case(
        "商店街の防災訓練",
        "co_hosting",
        "No money moves, but both call people together and both answer for the day.",
        "responsible=both money=none decides=together duration=once books=each loss=each",
    ),
    Case(
        "子育て講演会",
        "co_hosting",
        "Little is settled yet, but that both are hosts and share the cost is.",
        "responsible=both money=shared",
    ),
    # 後援
    Case(
        "市民合唱団の演奏会",
        "patronage",
        "The choir does and carries everything; the name of the board of education on the poster is all it asks for.",
        "responsible=group money=none decides=group duration=once books=group loss=group results=group insurance=group",
    ),
    Case(
        "少年野球大会",
        "patronage",
        "Held every year by the league with its own fees; the city lends its name each time anew.",
        "responsible=group money=none decides=group duration=every_year books=group loss=group insurance=group",
    ),
    Case(
        "NPO主催の相談会",
        "patronage",
        "One day, no money from the office, and nothing that anybody would own arises.",
        "responsible=group money=none duration=once results=nothing loss=group",
    ),
    Case(
        "写真展",
        "patronage",
        "Who keeps the books was never asked: there is no public money in it.",
        "responsible=group money=none decides=group duration=once",
    ),
    # 実行委員会
    Case(
        "夏まつり",
        "executive_committee",
        "Associations, chamber and city sit on a committee with its own rules, purse and insurance, year after year.",
        "responsible=own_body money=shared decides=committee duration=every_year books=own_body loss=own_body "
        "results=together insurance=own_body",
    ),
    Case(
        "市民マラソン",
        "executive_committee",
        "Too large for any one of them; the city pays its share into the purse of the committee.",
        "responsible=own_body money=grant decides=committee duration=every_year books=own_body insurance=own_body",
    ),
    Case(
        "市制施行記念事業",
        "executive_committee",
        "Only once, but many parties decide by vote and one purse carries gain and loss.",
        "responsible=own_body money=shared decides=committee duration=once books=own_body loss=own_body",
    ),
    Case(
        "芸術祭の準備会",
        "executive_committee",
        "At the beginning it is known only that a body of its own with seats for all shall answer for it.",
        "responsible=own_body decides=committee",
    ),
    # 委託
    Case(
        "子育て支援センターの運営",
        "commission",
        "A task of the city that an NPO does better: by specification, for a full fee.",
        "responsible=office money=fee decides=office duration=months books=office loss=office results=office "
        "insurance=group",
    ),
    Case(
        "空き家実態調査",
        "commission",
        "The city needs the data, pays for it, and owns it afterwards.",
        "responsible=office money=fee decides=office duration=months results=office",
    ),
    Case(
        "介護予防教室",
        "commission",
        "Repeated each year by contract; the group keeps books of its own costs and brings its own insurance.",
        "responsible=office money=fee decides=together duration=every_year books=group loss=office insurance=group",
    ),
    Case(
        "広報紙の編集",
        "commission",
        "The paper stays the city's: responsibility and rights are with it; everything else is open.",
        "responsible=office results=office",
    ),
    # 補助
    Case(
        "子ども食堂の立ち上げ",
        "subsidy",
        "The group's own idea and risk; the city adds a part of the cost and gets a report of the books.",
        "responsible=group money=grant decides=group duration=months books=group loss=group results=group "
        "insurance=group",
    ),
    Case(
        "集落の花いっぱい運動",
        "subsidy",
        "A small grant each year to what the association would do anyway.",
        "responsible=group money=grant decides=group duration=every_year books=group results=nothing",
    ),
    Case(
        "市民活動チャレンジ補助金",
        "subsidy",
        "Awarded once after a public presentation; decided and carried by the group alone.",
        "responsible=group money=grant decides=group duration=once books=group loss=group",
    ),
    Case(
        "資料館の開館準備",
        "subsidy",
        "Whose work it is and that a part is paid are settled; the rest is to be talked about.",
        "responsible=group money=grant",
    ),
    # 協定
    Case(
        "災害時の物資供給",
        "accord",
        "A supermarket promises goods in a disaster, without money now, until further notice: roles are set down.",
        "responsible=both money=none decides=together duration=years books=each loss=each insurance=each",
    ),
    Case(
        "大学との包括連携",
        "accord",
        "A frame for many things over years, in which each keeps its own books and its own say.",
        "responsible=both money=none decides=together duration=years books=each results=together",
    ),
    Case(
        "見守り活動",
        "accord",
        "The delivery people look out for the old on their way, for years; nothing is paid and nothing insured apart.",
        "money=none decides=together duration=years loss=each",
    ),
    Case(
        "公園のアダプト制度",
        "accord",
        "The group tends the park for years by its own rules, the city leaves it tools; no money moves.",
        "responsible=group money=none decides=together duration=years books=each insurance=office",
    ),
    # Where two forms are about as good, the answers that are settled decide by a little, and the page says so.
    Case(
        "公民館の映画会",
        "co_hosting",
        "Both invite every year and each carries its own part; without money an accord would do about as well.",
        "responsible=both money=none decides=together duration=every_year books=each loss=each",
        is_close=True,
    ),
    Case(
        "駅前の朝市",
        "executive_committee",
        "Two hosts share the cost, but a committee decides and insures: it is about to become a body of its own.",
        "responsible=both money=shared decides=committee duration=every_year insurance=own_body",
        is_close=True,
    ),
    Case(
        "森の教室",
        "patronage",
        "The group's own work without public money, but the office has a say in it each year: almost an accord.",
        "responsible=group money=none decides=together duration=every_year",
        is_close=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_of_practice_comes_to_its_form(case: Case) -> None:
    assert rank_forms(case.answers).forms[0].form == case.form, case.why


def test_there_are_cases_of_every_form() -> None:
    assert {form: sum(case.form == form for case in CASES) >= 3 for form in FORMS} == dict.fromkeys(FORMS, True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_forms_that_are_about_as_good_are_told_to_be_close(case: Case) -> None:
    assert rank_forms(case.answers).is_close == case.is_close


def test_a_patron_who_gives_money_is_none() -> None:
    ranking = rank_forms({"responsible": "group", "money": "grant"})

    gone = {one.form: one.reasons for one in ranking.ruled_out}
    assert gone["patronage"] == (("patron_gives_no_money", Ground("money", "grant")),)


def test_a_reason_is_told_once_by_its_weightiest_answer() -> None:
    (patronage,) = (one for one in rank_forms({"loss": "office", "money": "fee"}).ruled_out if one.form == "patronage")

    assert [code for code, _ in patronage.reasons] == ["patron_gives_no_money", "patron_carries_no_loss"]


def test_reasons_are_the_answers_and_the_weightiest_comes_first() -> None:
    first = rank_forms({"books": "group", "money": "grant", "responsible": "group", "duration": "every_year"}).forms[0]

    assert first.form == "subsidy"
    assert [ground.question for ground in first.speaks_for] == ["responsible", "money", "duration", "books"]
    assert first.speaks_against == ()


def test_no_number_is_shown_while_little_is_settled() -> None:
    little, enough = (
        rank_forms({"money": "fee"}),
        rank_forms({"money": "fee", "responsible": "office", "books": "each"}),
    )

    assert (little.forms[0].form, little.forms[0].score) == ("commission", None)
    assert enough.confidence == pytest.approx(0.52)
    assert enough.forms[0].score is not None


def test_where_nothing_is_settled_every_form_is_left_in_the_order_of_the_plan() -> None:
    ranking = rank_forms({})

    assert tuple(one.form for one in ranking.forms) == FORMS
    assert (ranking.confidence, ranking.forms[0].raw, ranking.is_close) == (0.0, None, False)
    assert ranking.unanswered == tuple(WEIGHTS)


def test_an_answer_that_tells_nothing_is_settled_all_the_same() -> None:
    ranking = rank_forms({"money": "none", "results": "nothing"})

    assert ranking.confidence == pytest.approx(WEIGHTS["money"])
    assert "results" not in ranking.unanswered


@pytest.mark.parametrize("answers", [{"weather": "fine"}, {"money": "gold"}, {"money": ""}])
def test_what_the_table_does_not_know_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="has no answer"):
        rank_forms(answers)


def test_the_table_is_whole() -> None:
    rows = [points for row in TABLE.values() for points in row.values()]

    assert set(TABLE) == set(WEIGHTS)
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    assert list(WEIGHTS.values()) == sorted(WEIGHTS.values(), reverse=True)
    assert all(all(0.0 <= one <= 1.0 for one in points) or all(map(isnan, points)) for points in rows)


def test_an_answer_that_rules_a_form_out_gives_it_no_points() -> None:
    ruled = [(form, *pair) for form, pairs in RULED_OUT.items() for pair in pairs]

    assert [one for one in ruled if TABLE[one[1]][one[2]][FORMS.index(one[0])] != 0.0] == []


def test_the_forms_are_those_that_can_be_chosen() -> None:
    assert set(FORMS) == set(RULED_OUT) == set(CollaborationForm)


@given(answers=_answers)
def test_every_form_is_ranked_or_ruled_out_and_one_is_always_left(answers: dict[str, str]) -> None:
    ranking = rank_forms(answers)

    assert ranking.forms
    assert sorted([one.form for one in ranking.forms] + [one.form for one in ranking.ruled_out]) == sorted(FORMS)


@given(answers=_answers)
def test_parts_add_up_and_everything_lies_between_zero_and_one(answers: dict[str, str]) -> None:
    ranking = rank_forms(answers)

    assert 0.0 <= ranking.confidence <= 1.0
    for one in ranking.forms:
        assert sum(one.parts.values()) == pytest.approx(one.raw or 0.0)
        assert one.raw is None or 0.0 <= one.raw <= 1.0
        assert one.score == (one.raw if ranking.confidence >= CONFIDENCE_FLOOR else None)


@given(answers=_answers, data=st.data())
def test_the_order_of_answers_does_not_matter(answers: dict[str, str], data: st.DataObject) -> None:
    turned = dict(data.draw(st.permutations(list(answers.items()))))

    assert rank_forms(turned) == rank_forms(answers)


@given(answers=_answers, question=st.sampled_from(sorted(WEIGHTS)))
def test_an_answer_that_is_taken_back_rules_nothing_out(answers: dict[str, str], question: str) -> None:
    fewer = {name: answer for name, answer in answers.items() if name != question}

    assert _names(rank_forms(answers)) <= _names(rank_forms(fewer))


@given(answers=_answers, data=st.data())
def test_what_speaks_most_for_the_first_form_never_lowers_it(answers: dict[str, str], data: st.DataObject) -> None:
    first = FORMS.index(rank_forms(answers).forms[0].form)
    more = [
        (question, answer)
        for question in rank_forms(answers).unanswered
        for answer, points in TABLE[question].items()
        if points[first] == max(points) >= SPEAKS_FOR
    ]
    if not more:
        return

    question, answer = data.draw(st.sampled_from(more))

    assert rank_forms(answers | {question: answer}).forms[0].form == FORMS[first]


@given(answers=_answers)
def test_close_means_that_little_lies_between_the_first_two(answers: dict[str, str]) -> None:
    ranking = rank_forms(answers)
    numbers = [one.raw for one in ranking.forms if one.raw is not None]

    assert ranking.is_close == (len(numbers) > 1 and numbers[0] - numbers[1] <= CLOSE)


def _names(ranking: FormRanking) -> set[str]:
    return {one.form for one in ranking.forms}
