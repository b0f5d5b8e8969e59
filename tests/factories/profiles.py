"""Profiles of needs and offers with defaults; a test names only what it cares about."""

from datetime import date
from itertools import count
from typing import TypedDict

from typing_extensions import Unpack

from matching import ItemProfile, NeedProfile, OfferProfile, SlotProfile

_numbers = count(1)


class _NeedParts(TypedDict, total=False):
    owner_kind: str
    title: str
    text: str
    area: str | None
    fields: frozenset[str]
    windows: frozenset[str] | None
    starts_on: date | None
    ends_on: date | None
    accepts: frozenset[str] | None
    online: bool | None
    is_open: bool
    declined_by: frozenset[str]
    purpose: str
    most_offices: int | None


class _OfferParts(TypedDict, total=False):
    owner_kind: str
    title: str
    text: str
    area: str | None
    fields: frozenset[str]
    windows: frozenset[str] | None
    starts_on: date | None
    ends_on: date | None
    condition: str | None
    reach: str
    online: bool | None
    is_open: bool
    consented: bool
    consents: frozenset[str]
    engagements: int
    engagement_limit: int | None
    yearly_engagements: int
    yearly_limit: int | None
    hours_pledged: float
    hours_limit: float | None
    offices: int
    engagements_past_year: int
    open_enquiries: int
    record: float | None


def make_slot(
    *,
    id: str | None = None,  # noqa: A002  (the name of the field)
    kind: str = "people",
    what: str = "会計",
    quantity: int = 1,
    skill: str | None = None,
    weight: float = 1.0,
    hours_per_month: float | None = None,
) -> SlotProfile:
    return SlotProfile(
        id=id or f"slot-{next(_numbers)}",
        kind=kind,
        what=what,
        quantity=quantity,
        skill=skill,
        weight=weight,
        hours_per_month=hours_per_month,
    )


def make_item(
    *,
    id: str | None = None,  # noqa: A002  (the name of the field)
    kind: str = "people",
    what: str = "会計",
    quantity: int = 1,
    skill: str | None = None,
) -> ItemProfile:
    return ItemProfile(id=id or f"item-{next(_numbers)}", kind=kind, what=what, quantity=quantity, skill=skill)


def make_need(
    *slots: SlotProfile,
    id: str | None = None,  # noqa: A002  (the name of the field)
    owner: str | None = None,
    **parts: Unpack[_NeedParts],
) -> NeedProfile:
    number = next(_numbers)
    described: _NeedParts = {
        "owner_kind": "neighborhood_association",
        "title": "会計を手伝ってほしい",
        "text": "自治会の会計と名簿",
        "area": "jp.03.hiyori.kita",
        **parts,
    }
    return NeedProfile(
        id=id or f"need-{number:05}", owner=owner or f"asker-{number}", slots=slots or (make_slot(),), **described
    )


def make_offer(
    *items: ItemProfile,
    id: str | None = None,  # noqa: A002  (the name of the field)
    owner: str | None = None,
    **parts: Unpack[_OfferParts],
) -> OfferProfile:
    number = next(_numbers)
    described: _OfferParts = {
        "owner_kind": "resident",
        "title": "会計ができます",
        "text": "会計の仕事をしていました",
        "area": "jp.03.hiyori.kita",
        **parts,
    }
    return OfferProfile(
        id=id or f"offer-{number:05}", owner=owner or f"giver-{number}", items=items or (make_item(),), **described
    )
