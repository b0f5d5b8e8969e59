"""The places that sheets name: found among those that are known, or described as new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from models import Area, AreaLevel
from web.listings.services.entries import Entry, Refusal, digest

COUNTRY: Final = "jp"
SLUG_LENGTH: Final = 10


@dataclass(slots=True)
class PlannedPlace:
    """Where something lies: a place that is known, or one that the import adds."""

    name: str
    level: AreaLevel
    area: Area | None = None
    parent: "PlannedPlace | None" = None

    @property
    def tenant(self) -> "PlannedPlace":
        """Return the municipality above a district, and any larger place itself."""
        return self.parent if self.level is AreaLevel.DISTRICT and self.parent is not None else self

    @property
    def path(self) -> str:
        """Return the path, made from a digest of the name where the place is new."""
        if self.area is not None:
            return self.area.path
        above = COUNTRY if self.parent is None else self.parent.path
        return f"{above}.x{digest(self.name)[:SLUG_LENGTH]}"


class Places:
    """Finds the places that sheets name among those that are known, and describes those that are new."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.by_name: dict[str, list[Area]] = {}
        self.districts: dict[tuple[UUID, str], Area] = {}
        self.planned: dict[tuple[str, str], PlannedPlace] = {}
        self.prefectures = [area for area in areas if area.level is AreaLevel.PREFECTURE]
        self.country = next((area for area in areas if area.path == COUNTRY), None)
        for area in areas:
            if area.level is AreaLevel.DISTRICT and area.parent_id is not None:
                self.districts[area.parent_id, _squeezed(area.name_ja)] = area
            else:
                self.by_name.setdefault(_squeezed(area.name_ja), []).append(area)

    def find(self, entry: Entry) -> PlannedPlace | Refusal:
        """Return the place of a row; an empty one means the country, that is: not known where."""
        if not entry.municipality:
            if entry.district:
                return Refusal(entry.row, "地域", "district_without_municipality", {"value": entry.district})
            return self._country()
        place = self._municipality(entry)
        if isinstance(place, Refusal) or not entry.district:
            return place
        if place.level is not AreaLevel.MUNICIPALITY:
            return Refusal(entry.row, "地域", "district_without_municipality", {"value": entry.district})
        return self._district(place, entry.district)

    def _municipality(self, entry: Entry) -> PlannedPlace | Refusal:
        wanted = _squeezed(entry.municipality)
        found = self.by_name.get(wanted, [])
        if len(found) > 1:
            candidates = ", ".join(sorted(f"{self._above(area)}{area.name_ja}" for area in found))
            return Refusal(
                entry.row, "市区町村", "ambiguous_place", {"value": entry.municipality, "candidates": candidates}
            )
        if found:
            return PlannedPlace(found[0].name_ja, found[0].level, found[0])
        prefecture, rest = self._split(wanted)
        if prefecture is not None:
            inside = [area for area in self.by_name.get(rest, []) if area.parent_id == prefecture.id]
            if inside:
                return PlannedPlace(inside[0].name_ja, inside[0].level, inside[0])
            above = PlannedPlace(prefecture.name_ja, prefecture.level, prefecture)
            return self._planned(rest, AreaLevel.MUNICIPALITY, above)
        return self._planned(wanted, AreaLevel.MUNICIPALITY, self._country())

    def _district(self, municipality: PlannedPlace, name: str) -> PlannedPlace:
        if municipality.area is not None:
            known = self.districts.get((municipality.area.id, _squeezed(name)))
            if known is not None:
                return PlannedPlace(known.name_ja, known.level, known, municipality)
        return self._planned(_squeezed(name), AreaLevel.DISTRICT, municipality)

    def _planned(self, name: str, level: AreaLevel, parent: PlannedPlace) -> PlannedPlace:
        return self.planned.setdefault((parent.path, name), PlannedPlace(name, level, None, parent))

    def _country(self) -> PlannedPlace:
        if self.country is not None:
            return PlannedPlace(self.country.name_ja, AreaLevel.COUNTRY, self.country)
        return self.planned.setdefault(("", COUNTRY), NewCountry("日本", AreaLevel.COUNTRY))

    def _split(self, name: str) -> tuple[Area | None, str]:
        """Part 「岐阜県各務原市」 into the prefecture and the municipality."""
        for area in self.prefectures:
            if name.startswith(area.name_ja) and len(name) > len(area.name_ja):
                return area, name[len(area.name_ja) :]
        return None, name

    def _above(self, area: Area) -> str:
        return "" if area.parent is None or area.parent.level is AreaLevel.COUNTRY else area.parent.name_ja


class NewCountry(PlannedPlace):
    """The country itself, in a database that knows no places yet."""

    @property
    def path(self) -> str:
        """Return the path of the country."""
        return COUNTRY


def new_area(place: PlannedPlace, added: Mapping[str, PlannedPlace]) -> Area:
    """Return the row for a new place; what it lies in was made before it."""
    parent = None if place.parent is None else area_of(place.parent, added)
    return Area(path=place.path, level=place.level, name_ja=place.name, name_en=place.name, parent=parent)


def area_of(place: PlannedPlace, added: Mapping[str, PlannedPlace]) -> Area:
    """Return the row of a place, whether it was known or is added by this import."""
    area = place.area or added[place.path].area
    if area is None:
        raise LookupError(f"{place.path} is neither known nor added")
    return area


def _squeezed(name: str) -> str:
    return "".join(name.split())
