"""The lists and the permissions say the same, for every kind of account and every kind of row."""

from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    ConsentPurpose,
    Need,
    NeedStatus,
    Offer,
    OfferStatus,
    Participant,
    Permission,
    Role,
    is_granted,
)
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
)
from tests.factories.participants import CONSENTED
from web.listings.queries import visible_needs_to, visible_offers_to


def _participants() -> list[Participant]:
    town = make_municipality()
    north = make_district(municipality=town)
    paused, left = make_participant(area=town), make_participant(area=north)
    paused.pause(at=CONSENTED)
    left.leave(at=CONSENTED)
    return [
        make_participant(area=town),
        make_participant(area=north),
        make_participant(),
        paused,
        left,
        make_resident(area=north),
        make_resident(area=town, consents=()),
        make_resident(area=town, is_adult=False),
        make_resident(area=town, is_adult=False, consents=(ConsentPurpose.GUARDIAN,)),
        _minor_whose_guardian_changed_their_mind(),
    ]


def _minor_whose_guardian_changed_their_mind() -> Participant:
    minor = make_resident(is_adult=False, consents=(ConsentPurpose.GUARDIAN,))
    minor.withdraw_consent(ConsentPurpose.GUARDIAN, at=CONSENTED)
    return minor


def _accounts(session: Session, participants: list[Participant]) -> list[Account | None]:
    memberships = [make_membership(participant) for participant in participants]
    both = make_membership(participants[0])
    make_membership(participants[2], account=both.account)
    appointments = [
        make_appointment(participants[0].area),
        make_appointment(participants[1].area),
        make_appointment(participants[2].municipality),
        make_appointment(participants[0].area, role=Role.ADMINISTRATOR),
    ]
    session.add_all([*memberships, both, *appointments])
    accounts = [one.account for one in [*memberships, both]] + [one.account for one in appointments]
    stranger = make_account()
    session.add(stranger)
    return [None, stranger, *accounts]


def test_the_list_of_needs_is_what_the_permission_grants(session: Session) -> None:
    participants = _participants()
    needs = [
        make_need(participant=participant, status=status) for participant, status in product(participants, NeedStatus)
    ]
    session.add_all(needs)
    accounts = _accounts(session, participants)
    session.commit()

    for account in accounts:
        listed = set(session.scalars(visible_needs_to(account)))
        granted = {need for need in session.scalars(select(Need)) if is_granted(Permission.NEED_SEE, account, need)}
        assert listed == granted


def test_the_list_of_offers_is_what_the_permission_grants(session: Session) -> None:
    participants = _participants()
    states = [status for status in OfferStatus if status is not OfferStatus.EXPIRED]
    offers = [
        make_offer(participant=participant, status=status) for participant, status in product(participants, states)
    ]
    session.add_all(offers)
    accounts = _accounts(session, participants)
    session.commit()

    for account in accounts:
        listed = set(session.scalars(visible_offers_to(account)))
        granted = {
            offer for offer in session.scalars(select(Offer)) if is_granted(Permission.OFFER_SEE, account, offer)
        }
        assert listed == granted
