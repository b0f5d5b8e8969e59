"""The town holds what the README promises, and is the same town on every machine."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import String, func, inspect, select
from sqlalchemy.orm import joinedload, selectinload

from models import (
    Account,
    Appointment,
    Area,
    AuditedSession,
    Base,
    Commitment,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    CouncilSeat,
    Enquiry,
    MatchingRun,
    Membership,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Reveal,
    Role,
    Slot,
    StageChange,
    Suggestion,
    SuggestionApproval,
    SuggestionPartner,
    SuggestionShare,
)
from models.base import UtcDateTime
from seeds import town
from seeds.listings import Market
from seeds.sheets import read
from tests.factories.listings import make_need

Content = Callable[[AuditedSession], dict[str, list[dict[str, Any]]]]

BUILT_AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
HIYORI = "jp.demo.hiyori"
WRITTEN_BY_THE_TOWN: tuple[type[Base], ...] = (
    Account, Appointment, Membership, Participant, Consent, Offer, OfferItem, Need, Slot, MatchingRun, Suggestion,
    SuggestionApproval, SuggestionPartner, SuggestionShare, Partnership, Party, Enquiry, Commitment, StageChange,
    Reveal,
)  # fmt: skip
AREA_BODIES = {ParticipantKind.RMO, ParticipantKind.NEIGHBORHOOD_ASSOCIATION}


def in_hiyori(session: AuditedSession, kinds: Iterable[ParticipantKind]) -> int | None:
    return session.scalar(
        select(func.count())
        .select_from(Participant)
        .join(Participant.municipality)
        .where(Area.path == HIYORI, Participant.kind.in_(kinds))
    )


def test_the_staff_bank_of_hiyori_has_41_people(built: AuditedSession) -> None:
    assert in_hiyori(built, [ParticipantKind.RESIDENT]) == 41


def test_hiyori_has_33_area_bodies(built: AuditedSession) -> None:
    assert in_hiyori(built, AREA_BODIES) == 33


def test_hiyori_has_12_companies(built: AuditedSession) -> None:
    assert in_hiyori(built, [ParticipantKind.COMPANY]) == 12


def test_hiyori_has_3_universities(built: AuditedSession) -> None:
    assert in_hiyori(built, [ParticipantKind.UNIVERSITY]) == 3


def test_hiyori_has_60_needs_beside_those_of_the_past_year(built: AuditedSession) -> None:
    rows = [row for row in read(town.TOWN / "needs.csv") if row.text("area").startswith(HIYORI)]
    no_seat = Need.id.not_in(select(CouncilSeat.need_id))
    statement = select(func.count()).select_from(Need).join(Need.municipality).where(Area.path == HIYORI, no_seat)

    assert sum(not row.truth("past") for row in rows) == 60
    assert built.scalar(statement) == len(rows)


def test_hiyori_has_120_open_offers(built: AuditedSession) -> None:
    statement = (
        select(func.count())
        .select_from(Offer)
        .join(Offer.municipality)
        .where(Area.path == HIYORI, Offer.status == OfferStatus.OPEN)
    )

    assert built.scalar(statement) == 120


def test_only_the_invented_places_are_marked_as_invented(built: AuditedSession) -> None:
    paths = built.scalars(select(Area.path).where(Area.is_demo)).all()

    assert paths
    assert all(path.startswith("jp.demo") for path in paths)
    assert not built.scalars(select(Area.path).where(~Area.is_demo, Area.path.startswith("jp.demo"))).all()


def test_every_account_is_confirmed_and_marked_as_invented(built: AuditedSession) -> None:
    accounts = built.scalars(select(Account)).all()

    assert all(account.is_demo and account.may_sign_in for account in accounts)


def test_there_is_somebody_for_every_role(built: AuditedSession) -> None:
    accounts = built.scalars(select(Account)).all()
    roles = {appointment.role for account in accounts for appointment in account.appointments}
    roles |= {membership.role for account in accounts for membership in account.memberships}

    assert roles == set(Role)


def test_residents_represent_themselves_only(built: AuditedSession) -> None:
    for account in built.scalars(select(Account)):
        for membership in account.memberships:
            assert membership.participant.is_resident == (membership.role is Role.RESIDENT)


def test_one_coordinator_has_an_interest_in_a_body_of_the_town(built: AuditedSession) -> None:
    accounts = built.scalars(select(Account)).all()

    assert [account.email for account in accounts if account.appointments and account.memberships] == [
        "interest@hiyori.example"
    ]


def test_every_address_is_at_a_reserved_domain(built: AuditedSession) -> None:
    addresses = [*built.scalars(select(Account.email)), *built.scalars(select(Participant.contact_email))]

    assert all(address.endswith(".example") for address in addresses)


def test_every_telephone_number_is_impossible(built: AuditedSession) -> None:
    assert all(number.startswith("000-") for number in built.scalars(select(Participant.contact_phone)))


def test_consents_came_in_every_way(built: AuditedSession) -> None:
    assert set(built.scalars(select(Consent.channel))) == set(ConsentChannel)


def test_bodies_consent_to_nothing_because_nobody_asks_them(built: AuditedSession) -> None:
    for participant in built.scalars(select(Participant).options(selectinload(Participant.consents))):
        assert participant.is_resident or not participant.consents


def test_somebody_cannot_be_matched_because_a_consent_is_missing(built: AuditedSession) -> None:
    residents = built.scalars(select(Participant).where(Participant.kind == ParticipantKind.RESIDENT)).all()
    unmatched = [resident for resident in residents if not resident.may_be_matched]

    assert len(unmatched) == 2
    assert [resident.is_adult for resident in unmatched].count(False) == 1


def test_a_minor_with_a_guardians_consent_can_be_matched(built: AuditedSession) -> None:
    minors = built.scalars(select(Participant).where(~Participant.is_adult)).all()

    assert sorted((minor.consented_to(ConsentPurpose.GUARDIAN), minor.may_be_matched) for minor in minors) == [
        (False, False),
        (True, True),
    ]


def test_every_need_has_slots_and_every_offer_has_items(built: AuditedSession) -> None:
    needs = built.scalars(select(Need).options(selectinload(Need.slots))).all()
    offers = built.scalars(select(Offer).options(selectinload(Offer.items))).all()

    assert all(1 <= len(need.slots) <= 6 for need in needs)
    assert all(1 <= len(offer.items) <= 6 for offer in offers)


def test_every_skill_of_a_slot_is_known_or_deliberately_unnamed(built: AuditedSession) -> None:
    slots = built.scalars(select(Slot).options(joinedload(Slot.skill))).all()

    assert sum(slot.skill is not None for slot in slots) > 0.9 * len(slots)


def test_what_lies_in_a_municipality_names_places_of_that_municipality(built: AuditedSession) -> None:
    for row in [*built.scalars(select(Need)), *built.scalars(select(Offer)), *built.scalars(select(Participant))]:
        assert row.municipality.covers(row.area.path)


def test_no_text_is_longer_than_its_column(built: AuditedSession) -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String) and column.type.length is not None:
                longest = built.scalar(select(func.max(func.length(column))))
                assert (longest or 0) <= column.type.length, f"{table.name}.{column.name}"


@pytest.mark.parametrize("model", WRITTEN_BY_THE_TOWN, ids=lambda model: model.__tablename__)
def test_nothing_was_written_in_the_future(built: AuditedSession, model: type[Base]) -> None:
    for column in inspect(model).columns:
        if isinstance(column.type, UtcDateTime):
            latest = built.scalar(select(func.max(column)))
            assert latest is None or latest <= BUILT_AT


def test_two_machines_build_the_same_town(built: AuditedSession, empty: AuditedSession, content: Content) -> None:
    town.build(empty, at=BUILT_AT, password_hash="not a real hash")
    empty.commit()

    assert content(empty) == content(built)


def test_the_town_is_as_fresh_years_later(empty: AuditedSession, built: AuditedSession) -> None:
    later = BUILT_AT + timedelta(weeks=150, days=3)

    town.build(empty, at=later, password_hash="not a real hash")

    now = {need.id: need.starts_on for need in built.scalars(select(Need))}
    for need in empty.scalars(select(Need)):
        before = now[need.id]
        assert need.starts_on == (before and before + timedelta(weeks=150))


def test_a_town_is_built_once(empty: AuditedSession) -> None:
    assert not town.exists(empty)
    town.build(empty, at=BUILT_AT, password_hash="not a real hash")
    assert town.exists(empty)

    with pytest.raises(town.TownExists):
        town.build(empty, at=BUILT_AT, password_hash="not a real hash")


def test_the_town_stands_on_both_databases(session: AuditedSession) -> None:
    summary = town.build(session, at=BUILT_AT, password_hash="not a real hash")
    session.commit()

    assert (summary.participants, summary.offers, summary.partnerships) == (115, 124, 28)


@pytest.mark.parametrize("status", [NeedStatus.FILLED, NeedStatus.WITHDRAWN, NeedStatus.EXPIRED, NeedStatus.OPEN])
def test_a_need_ends_as_its_sheet_tells(status: NeedStatus) -> None:
    need = make_need()

    Market(offers={}, needs={"one": need}, endings={"one": status}).settle()

    assert need.status is status
