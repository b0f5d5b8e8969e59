"""What the town lacks and what it can give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from models import (
    ActivityField,
    Area,
    Condition,
    Need,
    NeedOrigin,
    NeedStatus,
    Offer,
    OfferItem,
    Reach,
    ResourceKind,
    Skill,
    Slot,
    SmallRole,
    Window,
)
from seeds.almanac import WRITTEN_ON, Almanac
from seeds.identity import identified
from seeds.people import Population
from seeds.sheets import Row, read

OFFERED_AFTER: Final = timedelta(hours=1)
POSTED_BEFORE_PROPOSAL: Final = timedelta(days=7)
DAYS_OF_POSTING: Final = 45

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The lists that needs and offers choose from, by code."""

    areas: Mapping[str, Area]
    fields: Mapping[str, ActivityField]
    skills: Mapping[str, Skill]


@dataclass(frozen=True, slots=True)
class Market:
    """The needs and offers by the names that the sheets use, and how each need ended."""

    offers: Mapping[str, Offer]
    needs: Mapping[str, Need]
    endings: Mapping[str, NeedStatus]

    def settle(self) -> None:
        """Give every need the status that the sheets tell, once all that happened to it has happened."""
        for key, status in self.endings.items():
            if status is NeedStatus.FILLED:
                self.needs[key].fill()
            elif status is NeedStatus.WITHDRAWN:
                self.needs[key].withdraw()
            elif status is NeedStatus.EXPIRED:
                self.needs[key].expire()


def post(session: Session, folder: Path, *, words: Vocabulary, people: Population, almanac: Almanac) -> Market:
    """Add the offers and needs of the town's sheets; every need that is no draft opens."""
    items = _grouped(read(folder / "offer_items.csv"), "offer")
    offers = {
        row.required("key"): _offer(row, _found_parts(row, items), words, people, almanac)
        for row in read(folder / "offers.csv")
    }
    slots = _grouped(read(folder / "slots.csv"), "need")
    asked_on = _first_proposals(folder)
    needs: dict[str, Need] = {}
    endings: dict[str, NeedStatus] = {}
    for index, row in enumerate(read(folder / "needs.csv")):
        key = row.required("key")
        at = almanac.moment(_posted_on(row, asked_on.get(key), index), time(9 + index % 8))
        needs[key] = _need(row, _found_parts(row, slots), words, people, almanac, at)
        endings[key] = row.choice("status", NeedStatus)
        if endings[key] is not NeedStatus.DRAFT:
            needs[key].open(at=at)
    session.add_all([*offers.values(), *needs.values()])
    session.flush()
    return Market(offers, needs, endings)


def _offer(row: Row, items: list[Row], words: Vocabulary, people: Population, almanac: Almanac) -> Offer:
    key, participant = row.required("key"), row.found("participant", people.participants)
    at = participant.created_at + OFFERED_AFTER
    offer = Offer(
        title=row.required("title"),
        body=row.text("body"),
        participant=participant,
        area=row.found("area", words.areas),
        reach=row.choice("reach", Reach),
        online=row.truth_or_none("online"),
        condition=row.choice("condition", Condition) if row.text("condition") else None,
        engagement_limit=row.whole_or_none("engagement_limit"),
        yearly_limit=row.whole_or_none("yearly_limit"),
        starts_on=almanac.day_or_none(row.day_or_none("starts_on")),
        ends_on=almanac.day_or_none(row.day_or_none("ends_on")),
        fields=row.all_found("fields", words.fields),
    )
    offer.set_windows(row.choices("windows", Window))
    offer.set_items([_item(item, key, words, at) for item in items])
    offer.open()
    return identified(offer, key, at=at)


def _item(row: Row, offer: str, words: Vocabulary, at: datetime) -> OfferItem:
    item = OfferItem(
        kind=row.choice("kind", ResourceKind),
        what=row.required("what"),
        quantity=row.whole("quantity"),
        unit=row.text("unit"),
        skill=row.found_or_none("skill", words.skills),
    )
    return identified(item, offer, row.required("position"), at=at)


def _need(  # what a need is made of
    row: Row, slots: list[Row], words: Vocabulary, people: Population, almanac: Almanac, at: datetime
) -> Need:
    key, participant = row.required("key"), row.found("participant", people.participants)
    area = row.found("area", words.areas)
    origin = row.choice("origin", NeedOrigin)
    own = people.voice_of(row.text("participant")) if origin is NeedOrigin.OWN_POST else None
    need = Need(
        title=row.required("title"),
        body=row.text("body"),
        participant=participant,
        area=area,
        origin=origin,
        online=row.truth_or_none("online"),
        starts_on=almanac.day_or_none(row.day_or_none("starts_on")),
        ends_on=almanac.day_or_none(row.day_or_none("ends_on")),
        expires_on=almanac.day_or_none(row.day_or_none("expires_on")),
        posted_by=own or people.coordinator_of(area),
        fields=row.all_found("fields", words.fields),
    )
    need.set_accepts(row.choices("accepts", Condition))
    need.set_windows(row.choices("windows", Window))
    need.set_welcomes(row.choices("welcomes", SmallRole))
    need.set_slots([_slot(slot, key, words, at) for slot in slots])
    return identified(need, key, at=at)


def _slot(row: Row, need: str, words: Vocabulary, at: datetime) -> Slot:
    slot = Slot(
        kind=row.choice("kind", ResourceKind),
        what=row.required("what"),
        quantity=row.whole("quantity"),
        unit=row.text("unit"),
        hours_per_month=row.number_or_none("hours_per_month"),
        skill=row.found_or_none("skill", words.skills),
    )
    return identified(slot, need, row.required("position"), at=at)


def _grouped(rows: list[Row], column: str) -> dict[str, list[Row]]:
    """Return the rows of each owner in the order of their positions."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.required(column), []).append(row)
    return {owner: sorted(group, key=lambda row: row.whole("position")) for owner, group in groups.items()}


def _found_parts(row: Row, parts: Mapping[str, list[Row]]) -> list[Row]:
    return row.found("key", parts)


def _first_proposals(folder: Path) -> dict[str, date]:
    """Return the day on which partners were first proposed for each need of the history."""
    first: dict[str, date] = {}
    for row in read(folder / "history.csv"):
        need, proposed_on = row.required("need"), row.day("proposed_on")
        first[need] = min(proposed_on, first.get(need, proposed_on))
    return first


def _posted_on(row: Row, asked_on: date | None, index: int) -> date:
    """Return the day on which a need was posted: before its partners were asked, else some weeks ago at most."""
    starts_on = row.day_or_none("starts_on")
    if asked_on is not None:
        return asked_on - POSTED_BEFORE_PROPOSAL
    recent = WRITTEN_ON - timedelta(days=1 + index * 7 % DAYS_OF_POSTING)
    if row.truth("past") and starts_on is not None:
        return min(recent, starts_on - POSTED_BEFORE_PROPOSAL)
    return recent
