"""What can you do, when, where: three questions whose answers lie in the address."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import Account, NeedStatus, Offer, utc_now
from tests.factories import make_need, make_resident, make_slot
from tests.web.abilities.conftest import Town
from web.abilities.queries.answers import Answers
from web.abilities.queries.fitting import needs_that_fit
from web.suggestions.queries import profiles

Browse = Callable[[Account], FlaskClient]


def ask(client: FlaskClient, step: str, **answers: object) -> TestResponse:
    return client.get(f"/can-do{step}?{urlencode(answers, doseq=True)}")


@pytest.mark.usefixtures("town")
def test_what_open_needs_look_for_can_be_ticked(client: FlaskClient) -> None:
    page = client.get("/can-do").text

    assert "調理" in page
    assert "料理・食" in page
    assert "裁縫・手芸" not in page


def test_what_a_need_looked_for_in_the_past_is_no_choice(client: FlaskClient, town: Town) -> None:
    town.need.fill()

    assert "調理" not in client.get("/can-do").text


@pytest.mark.usefixtures("town")
def test_what_was_ticked_is_still_ticked_after_going_back(client: FlaskClient) -> None:
    page = ask(client, "", can=["sewing"]).text

    assert 'value="sewing" checked' in page


@pytest.mark.usefixtures("town")
def test_somebody_who_names_nothing_is_asked_again(client: FlaskClient) -> None:
    response = ask(client, "/when", also="")

    assert response.status_code == 422
    assert "ひとつ選ぶか、下に書いてください。" in response.text


@pytest.mark.usefixtures("town")
def test_more_than_six_things_are_too_many_and_none_is_lost(client: FlaskClient) -> None:
    response = ask(client, "/when", can="cooking", also="一、二、三、四、五、六")

    assert response.status_code == 422
    assert 'value="cooking" checked' in response.text
    assert 'value="一、二、三、四、五、六"' in response.text


@pytest.mark.parametrize("step", ["/when", "/where", "/needs"])
@pytest.mark.usefixtures("town")
def test_who_comes_without_an_answer_begins_at_the_first_question(client: FlaskClient, step: str) -> None:
    assert client.get(f"/can-do{step}").headers["Location"] == "/can-do"


@pytest.mark.usefixtures("town")
def test_a_word_that_is_nearly_a_skill_is_asked_about(client: FlaskClient) -> None:
    page = ask(client, "/when", also="裁縫・手芸工").text

    assert "もしかして" in page
    assert 'value="sewing"' in page


@pytest.mark.usefixtures("town")
def test_another_name_of_a_skill_is_understood(client: FlaskClient) -> None:
    assert "「炊き出し」は「調理」として探します。" in ask(client, "/when", also="炊き出し").text


@pytest.mark.usefixtures("town")
def test_a_word_that_nobody_knows_is_told_honestly(client: FlaskClient) -> None:
    assert "一覧にない言葉です：宇宙飛行" in ask(client, "/when", also="宇宙飛行").text


def test_the_districts_of_towns_with_open_needs_are_the_places(client: FlaskClient, town: Town) -> None:
    page = ask(client, "/where", can="cooking", when="weekend_day").text

    assert f'value="{town.home.path}"' in page
    assert f'value="{town.beside.path}"' in page
    assert 'name="when" value="weekend_day"' in page


def test_a_need_that_fits_is_shown_with_its_reasons_in_words(client: FlaskClient, town: Town) -> None:
    page = ask(client, "/needs", can="cooking", when="weekend_day", area=town.home.path).text

    assert "あなたに合う募集が1件あります" in page
    assert "食堂を月二回に増やしたい" in page
    assert "「夕ごはんの調理」を探しています。ちょうど、あなたにできることです。" in page
    assert "お住まいの地区です。" in page
    assert "土日の昼が合います。" in page
    assert "月2時間まで" in page


@pytest.mark.usefixtures("town")
def test_what_nobody_said_stays_unknown(client: FlaskClient) -> None:
    page = ask(client, "/needs", can="cooking").text

    assert "曜日や時間が合うかどうかは、まだわかりません。" in page
    assert "どのくらい遠いかは、まだわかりません。" in page


def test_words_of_ones_own_find_a_need_without_a_skill(client: FlaskClient, town: Town) -> None:
    town.session.add(
        make_need(participant=town.kitchen, title="紙芝居の会", slots=[make_slot(what="紙芝居の読み聞かせ")])
    )

    assert "紙芝居の会" in ask(client, "/needs", also="紙芝居の読み聞かせ", area=town.home.path).text


@pytest.mark.parametrize("status", [NeedStatus.DRAFT, NeedStatus.FILLED, NeedStatus.WITHDRAWN])
def test_only_open_needs_are_shown(client: FlaskClient, town: Town, status: NeedStatus) -> None:
    other = make_need(participant=town.kitchen, title="別の食堂", slots=[make_slot(skill=town.cooking)], status=status)
    town.session.add(other)

    assert "別の食堂" not in ask(client, "/needs", can="cooking", area=town.home.path).text


def test_a_need_whose_time_has_run_out_is_not_shown(client: FlaskClient, town: Town) -> None:
    town.need.expires_on = date(2020, 1, 1)

    assert "食堂を月二回" not in ask(client, "/needs", can="cooking", area=town.home.path).text


def test_a_resident_who_asks_stays_without_a_name(client: FlaskClient, town: Town) -> None:
    resident = make_resident(name="隠岐 静", area=town.home)
    town.session.add(
        make_need(participant=resident, title="庭の柿", slots=[make_slot(what="昼の調理", skill=town.cooking)])
    )

    page = ask(client, "/needs", can="cooking", area=town.home.path).text

    assert "庭の柿" in page
    assert "隠岐 静" not in page


def test_who_stays_in_the_own_district_sees_the_next_one_apart(client: FlaskClient, town: Town) -> None:
    town.needs_a_cook("川べりの芋煮", town.beside)

    page = ask(client, "/needs", can="cooking", area=town.home.path, near="1").text

    assert "あなたに合う募集が1件あります" in page
    before, _, after = page.partition("となりの地区（少し足をのばせば）")
    assert "川べりの芋煮" in after
    assert "川べりの芋煮" not in before


def test_the_nearer_of_two_equal_needs_comes_first(client: FlaskClient, town: Town) -> None:
    town.needs_a_cook("川べりの芋煮", town.beside)
    town.needs_a_cook("本町の芋煮", town.home)

    page = ask(client, "/needs", can="cooking", area=town.home.path).text

    assert page.index("本町の芋煮") < page.index("川べりの芋煮")


def test_where_nobody_looks_for_it_the_page_says_so_and_goes_on(client: FlaskClient, town: Town) -> None:
    page = ask(client, "/needs", also="宇宙飛行", area=town.home.path, near="1").text

    assert "いまは、合う募集がありません" in page
    assert "市内ぜんぶから探す" in page
    assert "ひより市民活動センター" in page
    assert "登録しておく" in page


def test_the_figures_are_those_of_a_run(town: Town) -> None:
    account, resident = town.resident()
    answers = Answers(can=("cooking",), area=town.home.path)

    found = needs_that_fit(town.session, account, answers, [town.cooking], town.home, at=utc_now())

    fitting = found.fitting[0]
    assert fitting.need is town.need
    assert fitting.fit.score.score == pytest.approx(sum(fitting.fit.score.parts.values()))
    assert profiles.weights(town.session).skill == pytest.approx(0.30)
    assert fitting.fit.score.parts["skill"] == pytest.approx(0.30 / fitting.fit.score.confidence)
    assert resident.may_be_matched


def test_ones_own_need_is_not_offered_to_oneself(town: Town) -> None:
    account, resident = town.resident()
    town.session.add(
        make_need(participant=resident, title="庭の柿", slots=[make_slot(what="昼の調理", skill=town.cooking)])
    )
    answers = Answers(can=("cooking",), area=town.home.path)

    found = needs_that_fit(town.session, account, answers, [town.cooking], town.home, at=utc_now())

    assert [one.need.title for one in found.fitting] == ["食堂を月二回に増やしたい"]


def test_an_offer_of_somebody_else_is_not_filled_in(
    client: FlaskClient, signed_in: Browse, town: Town, own_offer: Offer
) -> None:
    stranger, _ = town.resident("別の 人")

    assert 'value="sewing" checked' not in ask(signed_in(stranger), "", offer=own_offer.id).text
    assert 'value="sewing" checked' not in ask(client, "", offer=own_offer.id).text


@pytest.mark.usefixtures("town")
def test_what_one_need_looks_for_stands_first_and_is_not_ticked(client: FlaskClient) -> None:
    page = client.get("/can-do", query_string={"show": ["sewing"]}).text

    assert page.index('value="sewing"') < page.index('value="cooking"')
    assert 'value="sewing" checked' not in page


def test_a_need_leads_to_the_questions_without_answering_them(client: FlaskClient, town: Town) -> None:
    town.session.flush()

    page = client.get(f"/needs/{town.need.id}").text

    assert 'href="/can-do?show=cooking"' in page
