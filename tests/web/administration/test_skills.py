"""Skills: what they are called, words that none is called, and two that become one."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import selectinload

from models import (
    Account,
    AuditEntry,
    Base,
    Job,
    JobKind,
    NeedStatus,
    OfferItem,
    ResourceKind,
    Role,
    Skill,
    SkillAlias,
    SkillMerger,
    Slot,
    utc_now,
)
from models.errors import InvalidValue, StaleVersion
from seeds import reference
from tests.factories import (
    make_account,
    make_appointment,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_skill,
    make_slot,
)
from web.administration.queries import skills as queries
from web.administration.services import skills as services
from web.administration.views.skills import SKILLS_A_PAGE

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database decides."""

SignedIn = Callable[[Account], FlaskClient]
MOST_QUERIES = 12
MOVED_OR_REMADE = {"slots.skill_id", "offer_items.skill_id", "skills.parent_id", "skill_aliases.skill_id"}


@pytest.fixture
def browser(town: Any, signed_in: SignedIn) -> FlaskClient:
    return signed_in(town.administrator)


@pytest.fixture
def newsletters(town: Any) -> Skill:
    skill = make_skill(code="newsletter", name="広報紙づくり", aliases=("会報",))
    town.session.add(skill)
    town.session.commit()
    return skill


@pytest.fixture
def leaflets(town: Any) -> Skill:
    skill = make_skill(code="leaflets", name="お便りづくり", aliases=("町内会だより",))
    skill.name_en = "Leaflets"
    town.session.add(skill)
    town.session.commit()
    return skill


def names_of(town: Any, skill: Skill) -> set[str]:
    return set(town.session.scalars(select(SkillAlias.text).where(SkillAlias.skill_id == skill.id)))


def need_of(town: Any, skill: Skill | None, what: str = "紙面", **place: Any) -> Slot:
    slot = make_slot(what=what, skill=skill)
    need = make_need(participant=make_participant(area=place.get("area", town.north)), slots=[slot])
    town.session.add(need)
    town.session.flush()
    return slot


def merge(town: Any, kept: Skill, given_up: Skill) -> None:
    services.merge(
        town.session,
        kept,
        given_up,
        version=kept.version,
        other_version=given_up.version,
        by=town.administrator,
        at=utc_now(),
    )
    town.session.commit()


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[Skill], int, int]:
    """Some skills, each below an earlier one or below none, and two of them."""
    count = draw(st.integers(2, 8))
    skills: list[Skill] = []
    for number in range(count):
        above = draw(st.none() | st.integers(0, number - 1)) if number else None
        words = draw(st.lists(st.sampled_from("甲乙丙丁戊"), unique=True, max_size=2))
        skill = make_skill(name=draw(st.sampled_from("甲乙丙子丑寅")), parent=None if above is None else skills[above])
        skill.aliases = [SkillAlias(text=word) for word in words]
        skills.append(skill)
    kept = draw(st.integers(0, count - 1))
    given_up = draw(st.integers(0, count - 1).filter(lambda other: other != kept))
    return skills, kept, given_up


@given(forests())
def test_after_a_merger_every_name_and_every_child_lies_with_the_skill_that_stays(
    forest: tuple[list[Skill], int, int],
) -> None:
    skills, first, second = forest
    kept, given_up = skills[first], skills[second]
    children = [skill for skill in skills if skill.parent is given_up]
    names = {*kept.names, *given_up.names}
    above = given_up.parent

    kept.absorb(given_up, children, at=utc_now())

    left = [skill for skill in skills if skill is not given_up]
    assert set(kept.names) == names
    assert len(kept.names) == len(set(kept.names))
    assert all(skill.parent is not given_up for skill in left)
    assert all(child.parent is kept for child in children if child is not kept)
    assert all(skill not in skill.lineage[1:] and len(skill.lineage) <= len(left) for skill in left)
    assert kept.parent is above or given_up not in children or kept.parent is not given_up


def test_a_skill_is_not_merged_with_itself() -> None:
    skill = make_skill()

    with pytest.raises(InvalidValue):
        skill.absorb(skill, [], at=utc_now())


def test_a_skill_never_belongs_to_one_below_it() -> None:
    above = make_skill()

    with pytest.raises(InvalidValue):
        above.put_under(make_skill(parent=make_skill(parent=above)), at=utc_now())


def test_a_skill_keeps_a_name_in_both_languages() -> None:
    with pytest.raises(InvalidValue):
        make_skill().rename(name_ja="広報", name_en="", at=utc_now())


def test_everything_that_can_name_a_skill_is_moved_by_a_merger() -> None:
    naming = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "skills"
    }

    assert naming == MOVED_OR_REMADE | {"skill_mergers.kept_id"}


def test_the_list_is_searched_by_two_characters_in_any_kana(browser: FlaskClient, newsletters: Skill) -> None:
    assert newsletters.name_ja in browser.get("/administration/skills?q=会報").text
    assert newsletters.name_ja in browser.get("/administration/skills?q=ヅク").text
    assert newsletters.name_ja not in browser.get("/administration/skills?q=料理").text


@ON_SQLITE
def test_the_list_says_how_often_a_skill_is_named(town: Any, browser: FlaskClient, newsletters: Skill) -> None:
    need_of(town, newsletters)

    assert '<td class="numeric">1</td>' in browser.get("/administration/skills").text


@ON_SQLITE
def test_the_list_asks_the_database_a_fixed_number_of_times(town: Any, browser: FlaskClient, engine: Engine) -> None:
    above = make_skill(name="広報")
    town.session.add_all(
        [make_skill(name=f"技能{number}", parent=above, aliases=(f"別名{number}",)) for number in range(9)]
    )
    need_of(town, None, "紙芝居")
    town.session.commit()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    assert "紙芝居" in browser.get("/administration/skills").text
    assert len([statement for statement in asked if statement.lstrip().startswith("SELECT")]) <= MOST_QUERIES


@ON_SQLITE
def test_a_skill_is_added_with_a_code_after_its_english_name(town: Any, browser: FlaskClient) -> None:
    fields = {"name_ja": "紙芝居", "name_en": "Picture-card shows"}

    assert browser.post("/administration/skills/new", data=fields).status_code == 303
    assert town.session.scalars(select(Skill.code)).one() == "picture_card_shows"


@ON_SQLITE
def test_a_code_that_was_given_up_is_not_given_to_another_skill(town: Any, newsletters: Skill) -> None:
    town.session.add(SkillMerger(code="leaflets", kept=newsletters, merged_at=utc_now()))
    town.session.flush()

    assert queries.free_code(town.session, "Leaflets") == "leaflets_2"
    assert queries.free_code(town.session, "紙芝居") == "skill"


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name_ja": "会報"}, "「広報紙づくり」が使っています"),
        ({"name_en": ""}, "英語の名前も"),
        ({"parent": "ありません"}, "その名前の技能はありません"),
    ],
)
@pytest.mark.usefixtures("newsletters")
def test_what_cannot_be_a_skill_is_said_with_whom_it_collides(
    browser: FlaskClient, fields: dict[str, str], words: str
) -> None:
    answer = browser.post("/administration/skills/new", data={"name_ja": "紙芝居", "name_en": "Shows"} | fields)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_skill_is_renamed_and_partners_are_looked_for_anew(
    town: Any, browser: FlaskClient, newsletters: Skill
) -> None:
    need_of(town, newsletters)
    fields = {"name_ja": "広報紙", "name_en": "Newsletters", "version": str(newsletters.version)}

    browser.post(f"/administration/skills/{newsletters.id}", data=fields)

    assert newsletters.name_ja == "広報紙"
    assert town.session.scalars(select(Job.kind)).all() == [JobKind.REFRESH_SUGGESTIONS]


@ON_SQLITE
def test_asking_twice_for_a_new_look_makes_one_job(town: Any, browser: FlaskClient, newsletters: Skill) -> None:
    need_of(town, newsletters)

    for text in ("広報誌", "かわら版"):
        browser.post(f"/administration/skills/{newsletters.id}/aliases", data={"text": text})

    assert len(town.session.scalars(select(Job)).all()) == 1


@ON_SQLITE
def test_two_who_rename_a_skill_at_once_see_each_others_words(browser: FlaskClient, newsletters: Skill) -> None:
    newsletters.rename(name_ja="会報の編集", name_en="Editing", at=utc_now())

    answer = browser.post(
        f"/administration/skills/{newsletters.id}", data={"name_ja": "紙面", "name_en": "Pages", "version": "1"}
    )

    assert answer.status_code == 409
    assert "会報の編集" in answer.text
    assert 'value="紙面"' in answer.text


def test_an_alias_is_added_and_taken_away(town: Any, browser: FlaskClient, newsletters: Skill) -> None:
    browser.post(f"/administration/skills/{newsletters.id}/aliases", data={"text": "かわら版"})
    assert names_of(town, newsletters) == {"会報", "かわら版"}

    gone = town.session.scalars(select(SkillAlias.id).where(SkillAlias.text == "会報")).one()
    browser.post(f"/administration/skill-aliases/{gone}/remove")
    assert names_of(town, newsletters) == {"かわら版"}


@ON_SQLITE
@pytest.mark.parametrize("text", ["町内会だより", "お便り作り"])
def test_a_name_that_means_another_skill_is_refused_and_says_which(
    town: Any, browser: FlaskClient, newsletters: Skill, leaflets: Skill, text: str
) -> None:
    answer = browser.post(f"/administration/skills/{newsletters.id}/aliases", data={"text": text})

    assert answer.status_code == 422
    assert f"「{leaflets.name_ja}」が使っています" in answer.text
    assert names_of(town, newsletters) == {"会報"}


def test_words_that_mean_no_skill_are_shown_the_most_frequent_first(town: Any, newsletters: Skill) -> None:
    for what in ("紙芝居", "広報紙つくり", "広報紙つくり", "会報"):
        need_of(town, None, what)

    found = queries.unknown(town.session, town.administrator, queries.vocabulary(town.session))

    assert [(one.text, one.times) for one in found] == [("広報紙つくり", 2), ("紙芝居", 1)]
    assert found[0].nearest is newsletters


@ON_SQLITE
def test_words_of_other_places_and_drafts_are_not_shown(town: Any) -> None:
    need_of(town, None, "よその言葉", area=make_municipality())
    slots = [make_slot(what="下書き")]
    town.session.add(make_need(participant=make_participant(area=town.north), slots=slots, status=NeedStatus.DRAFT))

    assert queries.unknown(town.session, town.administrator, []) == []


def test_what_one_person_alone_typed_is_not_shown(town: Any) -> None:
    def offered() -> None:
        item = make_item(kind=ResourceKind.PEOPLE, what="紙芝居")
        offer = make_offer(participant=make_resident(area=town.north), items=[item])
        offer.open()
        town.session.add(offer)
        town.session.flush()

    offered()
    assert queries.unknown(town.session, town.administrator, []) == []

    offered()
    assert [one.text for one in queries.unknown(town.session, town.administrator, [])] == ["紙芝居"]


@ON_SQLITE
def test_a_word_becomes_another_name_of_the_skill_it_means(town: Any, browser: FlaskClient, newsletters: Skill) -> None:
    answer = browser.post("/administration/skills/word", data={"text": "広報紙つくり", "other": newsletters.name_ja})

    assert answer.status_code == 303
    assert "広報紙つくり" in names_of(town, newsletters)


@ON_SQLITE
@pytest.mark.usefixtures("newsletters")
def test_a_word_is_not_given_to_a_skill_that_does_not_exist(browser: FlaskClient) -> None:
    answer = browser.post("/administration/skills/word", data={"text": "紙芝居", "other": "ありません"})

    assert answer.status_code == 422
    assert "その名前の技能はありません" in answer.text


def test_a_merger_moves_what_used_the_skill_and_keeps_its_names(
    town: Any, browser: FlaskClient, newsletters: Skill, leaflets: Skill
) -> None:
    slot = need_of(town, leaflets)
    item = make_item(what="お便り", skill=leaflets)
    child = make_skill(name="壁新聞", parent=leaflets)
    town.session.add_all([make_offer(participant=make_participant(area=town.south), items=[item]), child])
    town.session.commit()
    page = browser.get(f"/administration/skills/{newsletters.id}/merge?other={leaflets.id}").text
    versions = {"version": newsletters.version, "other_version": leaflets.version}
    gone = leaflets.id

    answer = browser.post(f"/administration/skills/{newsletters.id}/merge", data={"other": str(gone), **versions})

    assert "壁新聞" in page
    assert answer.status_code == 303
    assert {town.session.get(Slot, slot.id).skill_id, town.session.get(OfferItem, item.id).skill_id} == {newsletters.id}
    assert names_of(town, newsletters) == {"会報", "町内会だより", "お便りづくり", "Leaflets"}
    assert child.parent_id == newsletters.id
    assert town.session.get(Skill, gone) is None
    assert len(town.session.scalars(select(Job)).all()) == 1


def test_each_slot_that_a_merger_moves_is_recorded(town: Any, newsletters: Skill, leaflets: Skill) -> None:
    slot = need_of(town, leaflets)
    town.session.commit()
    before, after = leaflets.id.hex, newsletters.id.hex

    merge(town, newsletters, leaflets)

    last = select(AuditEntry.changes).where(AuditEntry.subject_id == slot.id).order_by(AuditEntry.sequence.desc())
    assert town.session.scalars(last).first() == {"skill_id": [before, after]}


@ON_SQLITE
def test_the_code_of_a_skill_that_was_given_up_goes_on_meaning_the_other(
    town: Any, newsletters: Skill, leaflets: Skill
) -> None:
    third = make_skill(code="third", name="かわら版")
    third.name_en = "Broadsheets"
    town.session.add(third)
    town.session.commit()

    merge(town, leaflets, third)
    merge(town, newsletters, leaflets)

    kept = {merger.code: merger.kept_id for merger in town.session.scalars(select(SkillMerger))}
    assert kept == {"third": newsletters.id, "leaflets": newsletters.id}


@ON_SQLITE
def test_loading_the_sheets_again_undoes_neither_a_merger_nor_a_name(town: Any) -> None:
    reference.load(town.session)
    town.session.flush()
    loaded = select(Skill).options(selectinload(Skill.aliases))
    kept = town.session.scalars(loaded.where(Skill.code == "newsletter")).one()
    given_up = town.session.scalars(loaded.where(Skill.code == "flyers")).one()
    kept.rename(name_ja="紙面づくり", name_en="Pages", at=utc_now())
    town.session.flush()
    merge(town, kept, given_up)
    town.session.expire_all()

    second = reference.load(town.session)

    assert (second.added, second.changed) == (0, 0)
    assert kept.name_ja == "紙面づくり"
    assert town.session.scalar(select(Skill.id).where(Skill.code == "flyers")) is None


def test_a_skill_that_others_use_elsewhere_is_not_given_up(
    town: Any, browser: FlaskClient, newsletters: Skill, leaflets: Skill
) -> None:
    elsewhere = make_municipality(name="月見町")
    need_of(town, leaflets, area=elsewhere)
    town.session.add(make_appointment(elsewhere, role=Role.ADMINISTRATOR))
    town.session.commit()
    versions = {"version": newsletters.version, "other_version": leaflets.version}

    answer = browser.post(
        f"/administration/skills/{newsletters.id}/merge", data={"other": str(leaflets.id), **versions}
    )

    assert answer.status_code == 409
    assert "あなたの管理の外の地域で、1回" in answer.text
    assert town.session.get(Skill, leaflets.id) is not None


@ON_SQLITE
def test_who_administers_all_that_uses_it_may_merge(town: Any, newsletters: Skill, leaflets: Skill) -> None:
    elsewhere = make_municipality(name="月見町")
    officer = make_account()
    need_of(town, leaflets, area=elsewhere)
    town.session.add(make_appointment(elsewhere, account=officer, role=Role.ADMINISTRATOR))
    town.session.commit()

    assert queries.merging(town.session, officer, newsletters, leaflets).hindrances == []


@ON_SQLITE
def test_a_merger_prepared_on_what_is_past_does_not_happen(town: Any, newsletters: Skill, leaflets: Skill) -> None:
    leaflets.rename(name_ja="手紙", name_en="Letters", at=utc_now())
    town.session.commit()

    with pytest.raises(StaleVersion):
        services.merge(
            town.session, newsletters, leaflets, version=1, other_version=1, by=town.administrator, at=utc_now()
        )


@ON_SQLITE
def test_a_name_that_already_means_a_third_skill_goes_on_meaning_it(
    town: Any, newsletters: Skill, leaflets: Skill
) -> None:
    third = make_skill(code="third", name="手紙", aliases=("Leaflets",))
    third.name_en = "Letters"
    town.session.add(third)
    town.session.commit()

    merge(town, newsletters, leaflets)

    assert names_of(town, third) == {"Leaflets"}
    assert names_of(town, newsletters) == {"会報", "町内会だより", "お便りづくり"}


@ON_SQLITE
def test_a_long_list_of_skills_is_shown_page_by_page(town: Any, browser: FlaskClient) -> None:
    town.session.add_all(make_skill(name=f"技能{number:03}") for number in range(SKILLS_A_PAGE + 1))

    first, last = (browser.get(f"/administration/skills?q=技能&page={page}").text for page in (1, 2))

    assert [f"技能{SKILLS_A_PAGE:03}" in page for page in (first, last)] == [False, True]
