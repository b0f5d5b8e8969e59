"""One need or offer, whichever way it was read, turned into its profile."""

from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from matching import ItemProfile, NeedProfile, OfferProfile, SlotProfile
from models import (
    ConsentPurpose,
    CouncilSeat,
    NeedStatus,
    OfferStatus,
    ResourceKind,
)
from models.listings import is_used_up
from models.taxonomy import LECTURE
from models.years import fiscal_year
from web.suggestions.queries.profiles.owners import Owner, Record

TOWN_TIME: Final = ZoneInfo("Asia/Tokyo")


def profile_of_need(  # what a need is made of, whichever way it was read
    need: Any,
    owner: Owner,
    *,
    area: str,
    slots: tuple[SlotProfile, ...],
    fields: frozenset[str],
    declined: frozenset[str],
    seat: CouncilSeat | None,
    on: date,
) -> NeedProfile:
    """Return the profile of a need, a row or its columns; `seat` says that it is for a council."""
    return NeedProfile(
        id=str(need.id),
        owner=str(need.participant_id),
        owner_kind=owner.kind,
        title=need.title,
        text=need.body,
        area=area,
        slots=slots,
        fields=fields,
        windows=frozenset(need.windows) if need.windows else None,
        starts_on=need.starts_on,
        ends_on=need.ends_on,
        accepts=frozenset(need.accepts) if need.accepts else None,
        online=need.online,
        is_open=need.status is NeedStatus.OPEN and not _is_past(need.expires_on, on) and owner.may_be_contacted,
        declined_by=declined,
        purpose=_purpose(slots, seat),
        most_offices=None if seat is None else seat.most_offices,
        version=need.version,
    )


def profile_of_offer(
    offer: Any,
    owner: Owner,
    *,
    area: str,
    items: tuple[ItemProfile, ...],
    fields: frozenset[str],
    record: Record,
    on: date,
) -> OfferProfile:
    """Return the profile of an offer, a row or its columns."""
    engagements, limit = _tightest(offer, owner)
    counts_this_year = offer.engagements_year == fiscal_year(on)
    return OfferProfile(
        id=str(offer.id),
        owner=str(offer.participant_id),
        owner_kind=owner.kind,
        title=offer.title,
        text=offer.body,
        area=area,
        items=items,
        fields=fields,
        windows=frozenset(offer.windows) if offer.windows else None,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        condition=offer.condition.value if offer.condition else None,
        reach=offer.reach.value,
        online=offer.online,
        is_open=offer.status is OfferStatus.OPEN and not _is_past(offer.expires_on, on),
        consented=owner.may_be_matched,
        consents=owner.consents,
        engagements=engagements,
        engagement_limit=limit,
        yearly_engagements=offer.yearly_engagements if counts_this_year else 0,
        yearly_limit=offer.yearly_limit,
        hours_pledged=record.hours,
        hours_limit=owner.hours_per_month,
        offices=record.offices,
        engagements_past_year=record.past_year,
        open_enquiries=owner.open_enquiries,
        record=record.closed / record.finished if record.finished else None,
        version=offer.version,
    )


def profile_of_slot(slot: Any, skill: str | None) -> SlotProfile:
    """Return what a slot still lacks."""
    return SlotProfile(
        id=str(slot.id),
        kind=slot.kind.value,
        what=slot.what,
        quantity=slot.quantity - slot.promised,
        skill=skill,
        hours_per_month=slot.hours_per_month,
    )


def profile_of_item(item: Any, skill: str | None, *, is_resident: bool) -> ItemProfile:
    """Return what of an item is free."""
    return ItemProfile(
        id=str(item.id),
        kind=item.kind.value,
        what=item.what,
        quantity=item.quantity - item.promised if is_used_up(item.kind, is_resident=is_resident) else item.quantity,
        skill=skill,
    )


def _purpose(slots: tuple[SlotProfile, ...], seat: CouncilSeat | None) -> str:
    """Return for what people are sought; where all are to lecture, a person consented to being a lecturer."""
    if seat is not None:
        return ConsentPurpose.COUNCIL_SEAT.value
    skills = {slot.skill for slot in slots if slot.kind == ResourceKind.PEOPLE.value}
    return (ConsentPurpose.LECTURER if skills == {LECTURE} else ConsentPurpose.PROJECTS).value


def _is_past(last_day: date | None, today: date) -> bool:
    return last_day is not None and last_day < today


def _tightest(offer: Any, owner: Owner) -> tuple[int, int | None]:
    """Return the count and the limit that leave least room: the participant's or the offer's."""
    limits = [
        (owner.engagements, owner.engagement_limit),
        (offer.engagements, offer.engagement_limit),
    ]
    known = [(count, limit) for count, limit in limits if limit is not None]
    if not known:
        return owner.engagements, None
    return min(known, key=lambda pair: (pair[1] - pair[0], pair[1]))
