from datetime import UTC, datetime

from models import (
    Area,
    Condition,
    Need,
    NeedStatus,
    Offer,
    OfferItem,
    OfferStatus,
    Participant,
    Reach,
    ResourceKind,
    Skill,
    Slot,
)

from .participants import make_participant

OPENED = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def make_slot(
    kind: ResourceKind = ResourceKind.PEOPLE,
    what: str = "広報紙のデザイン",
    *,
    quantity: int = 1,
    unit: str = "人",
    skill: Skill | None = None,
    hours_per_month: float | None = None,
) -> Slot:
    return Slot(kind=kind, what=what, quantity=quantity, unit=unit, skill=skill, hours_per_month=hours_per_month)


def make_need(
    *,
    participant: Participant | None = None,
    title: str = "広報紙を読みやすくしたい",
    body: str = "字ばかりで読まれません。",
    slots: list[Slot] | None = None,
    status: NeedStatus = NeedStatus.OPEN,
    area: Area | None = None,
) -> Need:
    participant = participant or make_participant()
    need = Need(participant=participant, title=title, body=body, area=area or participant.area)
    need.set_slots(slots or [make_slot()])
    if status is not NeedStatus.DRAFT:
        need.open(at=OPENED)
    if status is NeedStatus.FILLED:
        need.fill()
    elif status is NeedStatus.WITHDRAWN:
        need.withdraw()
    elif status is NeedStatus.EXPIRED:
        need.expire()
    return need


def make_item(
    kind: ResourceKind = ResourceKind.PEOPLE,
    what: str = "会報づくり",
    *,
    quantity: int = 1,
    unit: str = "人",
    skill: Skill | None = None,
) -> OfferItem:
    return OfferItem(kind=kind, what=what, quantity=quantity, unit=unit, skill=skill)


def make_offer(
    *,
    participant: Participant | None = None,
    title: str = "会報づくりを手伝えます",
    body: str = "",
    items: list[OfferItem] | None = None,
    status: OfferStatus = OfferStatus.OPEN,
    reach: Reach = Reach.MUNICIPALITY,
    condition: Condition | None = Condition.FREE,
    engagement_limit: int | None = None,
) -> Offer:
    offer = Offer(
        participant=participant or make_participant(),
        title=title,
        body=body,
        reach=reach,
        condition=condition,
        engagement_limit=engagement_limit,
    )
    offer.set_items(items or [make_item()])
    if status is not OfferStatus.DRAFT:
        offer.open()
    if status is OfferStatus.PAUSED:
        offer.pause()
    elif status is OfferStatus.WITHDRAWN:
        offer.withdraw()
    return offer
