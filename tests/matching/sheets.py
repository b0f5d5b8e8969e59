"""The sample sheets as profiles, for tests alone."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from matching import ItemProfile, NeedProfile, OfferProfile, SlotProfile

DATA: Final = Path(__file__).parent / "data"
PREFECTURES: Final = {
    "川崎市": "14.川崎市",
    "神奈川県": "14",
    "一関市": "03.一関市",
    "多摩市": "13.多摩市",
    "各務原市": "21.各務原市",
}
CONDITION_CODES: Final = {"無償": "free", "実費": "at_cost"}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as sheet:
        yield from csv.DictReader(sheet)


def _area(municipality: str, district: str = "") -> str | None:
    if not municipality:
        return None
    return ".".join(["jp", PREFECTURES[municipality], *([district] if district else [])])


def _resources(cell: str) -> list[tuple[str, str, int]]:
    parts = [resource.split(":") for resource in cell.split(";")]
    return [(kind, what, int(quantity)) for kind, what, quantity, _unit in parts]


def read_needs() -> list[NeedProfile]:
    return [
        NeedProfile(
            id=f"need-{number:03}",
            owner=row["主体"],
            owner_kind=row["主体の種類"],
            title=row["件名"],
            text=row["内容"],
            area=_area(row["市区町村"], row["地域"]),
            slots=tuple(
                SlotProfile(id=f"slot-{number:03}-{k}", kind=kind, what=what, quantity=quantity)
                for k, (kind, what, quantity) in enumerate(_resources(row["必要な資源"]))
            ),
        )
        for number, row in enumerate(_rows("needs.csv"))
    ]


def read_offers() -> list[OfferProfile]:
    return [
        OfferProfile(
            id=f"offer-{number:03}",
            owner=row["主体"],
            owner_kind=row["主体の種類"],
            title=row["件名"],
            text=row["内容"],
            area=_area(row["市区町村"]),
            items=tuple(
                ItemProfile(id=f"item-{number:03}-{k}", kind=kind, what=what, quantity=quantity)
                for k, (kind, what, quantity) in enumerate(_resources(row["提供できる資源"]))
            ),
            condition=CONDITION_CODES[row["条件"]],
            reach="prefecture" if row["市区町村"].endswith("県") else "municipality",
        )
        for number, row in enumerate(_rows("offers.csv"))
    ]


def read_company_offers() -> list[OfferProfile]:
    return [
        OfferProfile(
            id=f"company-{number:03}",
            owner=row["提供者"] or f"unnamed-{number:03}",
            owner_kind="company",
            title=row["件名"],
            text=row["内容"],
            area=None,
            items=(ItemProfile(id=f"item-company-{number:03}", kind="service", what=row["件名"], quantity=1),),
            reach="anywhere",
        )
        for number, row in enumerate(_rows("company-offers.csv"))
    ]
