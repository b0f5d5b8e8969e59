from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Area, Need, NeedStatus, Offer, OfferStatus, Participant, ResourceKind, Window
from tests.factories import (
    make_district,
    make_field,
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_skill,
    make_slot,
)

MOST_QUERIES = 12


def test_a_visitor_reads_open_needs(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="夏まつりの準備"))

    assert "夏まつりの準備" in client.get("/needs").text


def test_a_visitor_does_not_read_drafts(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="まだ書きかけ", status=NeedStatus.DRAFT))

    assert "まだ書きかけ" not in client.get("/needs?show=all").text


def test_offers_are_for_those_who_are_signed_in(client: FlaskClient) -> None:
    assert client.get("/offers").location == "/sign-in"


def test_a_word_of_two_characters_is_found(client: FlaskClient, session: Session) -> None:
    session.add_all([make_need(title="こども食堂の手伝い"), make_need(title="防災訓練")])

    page = client.get("/needs", query_string={"q": "食堂"}).text

    assert "こども食堂の手伝い" in page
    assert "防災訓練" not in page


def test_what_is_lacking_is_searched_too(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="夏まつり", slots=[make_slot(ResourceKind.GOODS, "発電機")]))

    assert "夏まつり" in client.get("/needs", query_string={"q": "発電"}).text


def test_a_place_holds_what_lies_in_it(client: FlaskClient, session: Session, town: Area) -> None:
    north = make_district(municipality=town, name="北山")
    session.add_all(
        [make_need(participant=make_participant(area=north), title="北の用事"), make_need(title="よその用事")]
    )

    page = client.get("/needs", query_string={"area": town.path}).text

    assert "北の用事" in page
    assert "よその用事" not in page


def test_only_places_under_which_something_is_open_can_be_chosen(
    client: FlaskClient, session: Session, town: Area
) -> None:
    session.add_all([make_need(participant=make_participant(area=town)), make_municipality(name="静かな市")])

    page = client.get("/needs").text

    assert f'href="/needs?area={town.path}">日和市 <span class="chip__found">1</span>' in page
    assert "静かな市" not in page


def test_a_sign_of_the_search_language_finds_nothing_more(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="夏まつり"))

    assert "夏まつり" not in client.get("/needs", query_string={"area": "%"}).text
    assert "夏まつり" not in client.get("/needs", query_string={"q": "%"}).text


def test_fields_and_kinds_narrow_the_list(client: FlaskClient, session: Session) -> None:
    field = make_field(code="environment", name="環境の保全")
    green = make_need(title="緑を守る", slots=[make_slot(ResourceKind.GOODS, "軍手")])
    green.fields.append(field)
    session.add_all([green, make_need(title="会計")])

    page = client.get("/needs?field=environment&kind=goods").text

    assert "緑を守る" in page
    assert "会計" not in page


def test_an_unknown_kind_finds_nothing_and_breaks_nothing(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="夏まつり"))

    response = client.get("/needs?kind=dreams&show=everything&page=zero")

    assert response.status_code == 200
    assert "夏まつり" not in response.text


def test_no_hit_shows_which_condition_to_drop(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="こども食堂"))

    page = client.get("/needs", query_string={"q": "食堂", "kind": "money"}).text

    assert "/needs?q=%E9%A3%9F%E5%A0%82" in page


def test_twenty_needs_stand_on_a_page(client: FlaskClient, session: Session) -> None:
    participant = make_participant()
    session.add_all([make_need(participant=participant, title=f"用事{number}") for number in range(21)])

    assert client.get("/needs").text.count("card__title") == 20
    assert client.get("/needs?page=2").text.count("card__title") == 1


def test_a_page_beyond_the_last_is_the_last(client: FlaskClient, session: Session) -> None:
    session.add(make_need(title="夏まつり"))

    assert "夏まつり" in client.get("/needs?page=99999999999999999999").text


def test_strangers_do_not_learn_the_name_of_a_resident(client: FlaskClient, session: Session) -> None:
    need = make_need(participant=make_resident(name="日和 太郎"))
    session.add(need)

    assert "日和 太郎" not in client.get("/needs").text
    assert "日和 太郎" not in client.get(f"/needs/{need.id}").text


def test_owners_find_their_drafts(
    session: Session, signed_in: Callable[[Account], FlaskClient], represent: Callable[[Participant], Account]
) -> None:
    need = make_need(title="まだ書きかけ", status=NeedStatus.DRAFT)
    session.add(need)

    page = signed_in(represent(need.participant)).get("/needs?show=own").text

    assert "まだ書きかけ" in page


def test_members_read_offers_of_bodies_but_not_of_persons(
    session: Session, signed_in: Callable[[Account], FlaskClient], represent: Callable[[Participant], Account]
) -> None:
    session.add_all(
        [
            make_offer(title="会場を貸します"),
            make_offer(title="折り紙を教えます", participant=make_resident()),
            make_offer(title="いまは休み", status=OfferStatus.PAUSED),
        ]
    )

    page = signed_in(represent(make_participant())).get("/offers?show=open").text

    assert "会場を貸します" in page
    assert "折り紙を教えます" not in page
    assert "いまは休み" not in page


def test_pages_need_few_queries(
    session: Session,
    signed_in: Callable[[Account], FlaskClient],
    coordinator: Account,
    town: Area,
    count_queries: Callable[[], "object"],
) -> None:
    for number in range(25):
        participant = make_participant(area=town)
        session.add(make_need(participant=participant, slots=[make_slot(what=f"手{number}"), make_slot(what="車")]))
        session.add(make_offer(participant=participant, items=[make_item(what=f"手{number}"), make_item(what="車")]))
    browser = signed_in(coordinator)

    need, offer = session.scalars(select(Need.id)).first(), session.scalars(select(Offer.id)).first()
    lists = ["/needs", "/offers", "/needs?page=2&show=all", "/needs?q=zzz&kind=goods"]
    rows = [f"/needs/{need}", f"/offers/{offer}"]

    for path in [*lists, *rows, f"{rows[0]}/edit", f"{rows[1]}/edit", "/needs/new", "/offers/new"]:
        with count_queries() as queries:  # type: ignore[attr-defined]
            assert browser.get(path).status_code == 200
        assert len(queries.statements) <= MOST_QUERIES, path


def test_the_evening_is_offered_once_among_the_chips(client: FlaskClient, session: Session) -> None:
    need = make_need()
    need.windows = [Window.WEEKDAY_EVENING]
    session.add(need)
    session.flush()

    page = client.get("/needs").text

    assert "when=evenings" in page
    assert "small=evening" not in page


def test_a_thing_has_a_sort_and_only_people_have_skills(client: FlaskClient, session: Session) -> None:
    tent = make_slot(what="大きなテント", kind=ResourceKind.GOODS, skill=make_skill(name="テント・机・いす"))
    need = make_need(slots=[tent])
    session.add(need)
    session.flush()

    page = client.get(f"/needs/{need.id}").text

    assert "種類：テント・机・いす" in page
    assert "技能：" not in page
