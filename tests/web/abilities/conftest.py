from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from models import (
    Account,
    Area,
    AreaNeighbour,
    Membership,
    Need,
    Offer,
    Participant,
    ParticipantKind,
    Skill,
    Times,
    Window,
)
from tests.factories import (
    make_account,
    make_district,
    make_item,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_skill,
    make_slot,
)


@dataclass(frozen=True, slots=True)
class Town:
    """Two districts side by side, and a kitchen in the first that looks for a cook."""

    session: Session
    municipality: Area
    home: Area
    beside: Area
    cooking: Skill
    sewing: Skill
    kitchen: Participant
    need: Need

    def resident(self, name: str = "新田 さくら") -> tuple[Account, Participant]:
        """Return the account of a resident who registered."""
        membership: Membership = make_membership(make_resident(name=name, area=self.home))
        self.session.add(membership)
        self.session.flush()
        return membership.account, membership.participant

    def needs_a_cook(self, title: str, area: Area) -> Need:
        """Return another open need for a cook."""
        need = make_need(
            participant=self.kitchen, title=title, area=area, slots=[make_slot(what="煮炊き", skill=self.cooking)]
        )
        self.session.add(need)
        return need


@pytest.fixture
def town(session: Session) -> Town:
    municipality = make_municipality(name="日和市")
    home = make_district(municipality=municipality, name="本町")
    beside = make_district(municipality=municipality, name="川辺")
    food = make_skill(code="food", name="料理・食")
    cooking = make_skill(code="cooking", name="調理", parent=food, aliases=("炊き出し",))
    sewing = make_skill(code="sewing", name="裁縫・手芸")
    kitchen = make_participant(name="ひより食堂", area=home)
    need = make_need(
        participant=kitchen,
        title="食堂を月二回に増やしたい",
        body="",
        slots=[make_slot(what="夕ごはんの調理", skill=cooking, hours_per_month=2.0)],
    )
    need.set_windows(list(Times.WEEKEND_DAY.windows))
    adviser = make_participant(kind=ParticipantKind.INTERMEDIARY, name="ひより市民活動センター", area=municipality)
    session.add_all([need, sewing, adviser, beside])
    session.flush()
    session.add_all(AreaNeighbour.between(home, beside))
    session.flush()
    return Town(session, municipality, home, beside, cooking, sewing, kitchen, need)


@pytest.fixture
def account(session: Session) -> Account:
    """Return the account of somebody who signed up and did no more."""
    account = make_account()
    session.add(account)
    return account


@pytest.fixture
def own_offer(session: Session, town: Town) -> Offer:
    """Return what a registered resident offers: sewing, on Saturday mornings."""
    _, resident = town.resident()
    offer = make_offer(participant=resident, title="縫い物", items=[make_item(what="ぞうきん縫い", skill=town.sewing)])
    offer.body = "ミシンもあります。"
    offer.set_windows([Window.SAT_AM])
    session.add(offer)
    session.flush()
    return offer
