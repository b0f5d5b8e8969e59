from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models import (
    AuditedSession,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    ResourceKind,
    Slot,
    SmallRole,
    Window,
)
from models.errors import IllegalMove, InvalidValue, StaleVersion
from models.search import contains_words, fold
from tests.factories import (
    make_item,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_slot,
)
from tests.factories.listings import OPENED


def test_a_need_lacks_at_most_six_things() -> None:
    with pytest.raises(InvalidValue):
        make_need(slots=[make_slot() for _ in range(7)])


def test_a_need_lacks_at_least_one_thing() -> None:
    with pytest.raises(InvalidValue):
        make_need().set_slots([])


def test_a_slot_lacks_at_least_one() -> None:
    with pytest.raises(InvalidValue):
        make_slot(quantity=0)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Need(participant=make_participant(), title="祭り", starts_on=date(2026, 8, 2), ends_on=date(2026, 8, 1))


def test_a_need_takes_place_and_municipality_from_its_participant() -> None:
    participant = make_participant()

    need = make_need(participant=participant)

    assert (need.area, need.municipality) == (participant.area, participant.municipality)


def test_a_draft_is_not_withdrawn() -> None:
    with pytest.raises(IllegalMove):
        make_need(status=NeedStatus.DRAFT).withdraw()


def test_a_filled_need_can_be_opened_again() -> None:
    need = make_need(status=NeedStatus.FILLED)

    need.open(at=OPENED)

    assert need.is_open


def test_only_an_open_offer_is_paused() -> None:
    with pytest.raises(IllegalMove):
        make_offer(status=OfferStatus.DRAFT).pause()


def test_a_change_prepared_on_another_version_is_refused() -> None:
    with pytest.raises(StaleVersion):
        make_need().check_version(0)


def test_the_second_of_two_writers_is_told(session: AuditedSession) -> None:
    need = make_need()
    session.add(need)
    session.commit()
    session.connection().exec_driver_sql("UPDATE needs SET version = version + 1")

    need.title = "変えた"

    with pytest.raises(StaleDataError):
        session.flush()


def test_the_database_promises_no_more_than_is_needed(session: AuditedSession) -> None:
    need = make_need()
    need.slots[0].promised = 2
    session.add(need)

    with pytest.raises(IntegrityError, match="no_more_is_promised_than_needed"):
        session.flush()


def test_the_database_promises_no_more_than_is_offered(session: AuditedSession) -> None:
    offer = make_offer(items=[make_item(quantity=2)])
    offer.items[0].promised = 3
    session.add(offer)

    with pytest.raises(IntegrityError, match="no_more_is_promised_than_offered"):
        session.flush()


def test_a_need_cannot_lie_in_another_municipality_than_its_participant(session: AuditedSession) -> None:
    need = make_need()
    need.municipality = make_municipality()
    session.add(need)

    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("query", ["食堂", "しょくどう", "こども 食堂", "ｺﾄﾞﾓ", "配膳"])
def test_a_search_finds_two_character_words_however_typed(session: AuditedSession, query: str) -> None:
    need = make_need(title="コドモ食堂（しょくどう）の手伝い", body="こども", slots=[make_slot(what="配膳と片づけ")])
    session.add(need)
    session.commit()

    assert session.scalars(select(Need).where(contains_words(Need.search_text, query))).all() == [need]


def test_a_search_takes_a_percent_sign_as_itself(session: AuditedSession) -> None:
    session.add(make_offer(title="送迎"))
    session.commit()

    assert not session.scalars(select(Offer).where(contains_words(Offer.search_text, "%"))).all()


def test_a_new_slot_is_found_by_the_search(session: AuditedSession) -> None:
    need = make_need()
    session.add(need)
    session.commit()
    session.expunge_all()
    row = session.scalars(select(Slot)).one()

    row.what = "配膳"
    session.add(row)
    session.commit()

    found = session.scalars(select(Need.title).where(contains_words(Need.search_text, "配膳"))).all()
    assert found == [need.title]


def test_folding_makes_widths_case_and_kana_one() -> None:
    assert fold("ＡＢＣ　カフェ") == "abc かふぇ"


def test_open_quantity_is_what_is_not_promised() -> None:
    slot = Slot(kind=ResourceKind.PEOPLE, what="人", quantity=5)
    slot.promised = 2

    assert slot.open_quantity == 3


def test_rows_are_named_without_personal_values() -> None:
    assert "日和" not in repr(Participant(kind=make_participant().kind, name="日和", area=make_municipality()))


def test_what_is_promised_is_no_longer_free() -> None:
    offer = make_offer(items=[make_item(quantity=4)])
    offer.items[0].promised = 3

    assert offer.items[0].free_quantity == 1


def test_a_person_of_the_staff_bank_is_bounded_by_their_own_limits_not_by_a_quantity() -> None:
    offer = make_offer(participant=make_resident(), items=[make_item(quantity=1)])
    offer.items[0].promised = 1

    assert offer.items[0].free_quantity == 1


def test_information_is_not_used_up_by_being_shared() -> None:
    offer = make_offer(items=[make_item(ResourceKind.INFORMATION, "地域の統計")])
    offer.items[0].promised = 1

    assert offer.items[0].free_quantity == 1


def test_a_need_says_itself_what_makes_it_small() -> None:
    need = make_need(slots=[make_slot(hours_per_month=2.0), make_slot(hours_per_month=30.0)])
    need.online = True
    need.set_windows([Window.SUN_EVENING])
    need.set_welcomes([SmallRole.TRIAL, SmallRole.CHILDREN_WELCOME])

    assert need.small_roles == list(SmallRole)


def test_what_nobody_said_makes_nothing_small() -> None:
    assert make_need().small_roles == []


def test_two_hours_that_are_promised_already_are_small_for_nobody_else() -> None:
    need = make_need(slots=[make_slot(hours_per_month=2.0)])
    need.slots[0].promised = 1

    assert need.small_roles == []


def test_only_what_cannot_be_read_elsewhere_is_said_of_a_need() -> None:
    with pytest.raises(InvalidValue):
        make_need().set_welcomes([SmallRole.ONLINE])
