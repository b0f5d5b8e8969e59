from models import NeedStatus, OfferStatus, Permission, Role, is_granted
from models.permissions import GRANTED_IF_ANY
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_suggestion,
)


def test_every_permission_has_a_rule() -> None:
    assert set(GRANTED_IF_ANY) == set(Permission)


def test_every_permission_is_named_subject_and_action() -> None:
    assert all(permission.value.count(":") == 1 for permission in Permission)


def test_a_coordinator_reviews_suggestions_of_the_own_municipality() -> None:
    suggestion = make_suggestion()
    coordinator = make_appointment(suggestion.need.area).account

    assert is_granted(Permission.SUGGESTION_REVIEW, coordinator, suggestion)


def test_a_coordinator_never_sees_another_municipality() -> None:
    coordinator = make_appointment(make_municipality()).account

    assert not is_granted(Permission.SUGGESTION_SEE, coordinator, make_suggestion())


def test_a_coordinator_of_a_district_does_not_see_its_neighbour() -> None:
    municipality = make_municipality()
    coordinator = make_appointment(make_district(municipality=municipality)).account
    need = make_need(participant=make_participant(area=make_district(municipality=municipality)))

    assert not is_granted(Permission.NEED_CANDIDATES, coordinator, need)


def test_a_coordinator_of_a_prefecture_sees_its_municipalities() -> None:
    municipality = make_municipality()
    assert municipality.parent is not None
    coordinator = make_appointment(municipality.parent).account

    assert is_granted(
        Permission.NEED_CANDIDATES, coordinator, make_need(participant=make_participant(area=municipality))
    )


def test_an_administrator_is_no_coordinator() -> None:
    suggestion = make_suggestion()
    administrator = make_appointment(suggestion.need.area, role=Role.ADMINISTRATOR).account

    assert not is_granted(Permission.SUGGESTION_REVIEW, administrator, suggestion)


def test_anybody_reads_an_open_need() -> None:
    assert is_granted(Permission.NEED_SEE, None, make_need())


def test_nobody_else_reads_a_draft() -> None:
    assert not is_granted(Permission.NEED_SEE, make_account(), make_need(status=NeedStatus.DRAFT))


def test_the_need_of_a_minor_without_guardian_is_not_public() -> None:
    need = make_need(participant=make_resident(is_adult=False))

    assert not is_granted(Permission.NEED_SEE, None, need)


def test_a_residents_offer_is_not_public() -> None:
    assert not is_granted(Permission.OFFER_SEE, make_account(), make_offer(participant=make_resident()))


def test_an_organisations_offer_is_open_to_every_account() -> None:
    assert is_granted(Permission.OFFER_SEE, make_account(), make_offer())


def test_a_paused_offer_is_not_shown_to_others() -> None:
    assert not is_granted(Permission.OFFER_SEE, make_account(), make_offer(status=OfferStatus.PAUSED))


def test_a_visitor_sees_no_offers() -> None:
    assert not is_granted(Permission.OFFER_LIST, None)
