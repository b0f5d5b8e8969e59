"""Places as a tree, country > prefecture > municipality > district, with neighbours."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, VersionedLater
from models.errors import InvalidValue

CODE: Final = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
"""What a district is called in the path of its place."""

LONGEST_CODE: Final = 40


class AreaLevel(StrEnum):
    """How large a place is."""

    COUNTRY = "country"
    PREFECTURE = "prefecture"
    MUNICIPALITY = "municipality"
    DISTRICT = "district"


class Area(VersionedLater, Base, kw_only=True):
    """A place; `path` names it from the country down, as in `jp.14.kawasaki.tama`.

    `renamed_at` says that people chose its names: what is loaded later leaves them as they are.
    """

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint("(level = 'country') = (parent_id IS NULL)", name="only_a_country_has_no_parent"),
        CheckConstraint("path = lower(path) AND path <> ''", name="path_is_lower_case"),
    )

    path: Mapped[str] = mapped_column(String(200), unique=True)
    level: Mapped[AreaLevel]
    name_ja: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    reading: Mapped[str] = mapped_column(String(100), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)
    renamed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"), index=True, init=False)

    parent: Mapped["Area | None"] = relationship(remote_side="Area.id", default=None)

    def __post_init__(self) -> None:
        """Refuse a path that does not lie under the parent's."""
        if self.parent is not None and self.path.rpartition(".")[0] != self.parent.path:
            raise InvalidValue(f"{self.path} does not lie directly under {self.parent.path}")

    @classmethod
    def district(cls, municipality: "Area", code: str, *, name_ja: str, name_en: str, reading: str) -> "Area":
        """Return a new district of a municipality; the code is the last part of its path for ever."""
        if municipality.level is not AreaLevel.MUNICIPALITY:
            raise InvalidValue(f"{municipality.path} is no municipality, so it has no districts")
        if len(code) > LONGEST_CODE or not CODE.fullmatch(code):
            raise InvalidValue(f"{code!r} is not a code of a district")
        return cls(
            path=f"{municipality.path}.{code}",
            level=AreaLevel.DISTRICT,
            name_ja=name_ja,
            name_en=name_en,
            reading=reading,
            is_demo=municipality.is_demo,
            parent=municipality,
        )

    def rename(self, *, name_ja: str, name_en: str, reading: str, at: datetime) -> None:
        """Take other names; the path stays, so that nothing that refers to the place is lost."""
        if not name_ja or not name_en:
            raise InvalidValue("a place has a name in both languages")
        self.name_ja, self.name_en, self.reading = name_ja, name_en, reading
        self.renamed_at = at

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en

    def covers(self, path: str) -> bool:
        """Tell whether the place named by `path` is this place or lies in it."""
        return path == self.path or path.startswith(self.path + ".")

    @property
    def tenant(self) -> "Area":
        """Return the municipality above a district, and any larger place itself."""
        if self.level is AreaLevel.DISTRICT:
            if self.parent is None:
                raise InvalidValue(f"the district {self.path} lies in no municipality")
            return self.parent
        return self


class AreaNeighbour(Base, kw_only=True):
    """One place borders another; stored once in each direction."""

    __tablename__ = "area_neighbours"
    __table_args__ = (
        UniqueConstraint("area_id", "neighbour_id", name="an_area_borders_another_once"),
        CheckConstraint("area_id <> neighbour_id", name="an_area_does_not_border_itself"),
    )

    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    neighbour_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)

    area: Mapped[Area] = relationship(foreign_keys=[area_id])
    neighbour: Mapped[Area] = relationship(foreign_keys=[neighbour_id])

    @classmethod
    def between(cls, one: Area, other: Area) -> "tuple[AreaNeighbour, AreaNeighbour]":
        """Return the border of two places of one size, seen from either side."""
        if one.level is not other.level:
            raise InvalidValue(f"{one.path} and {other.path} are not places of one size")
        return cls(area=one, neighbour=other), cls(area=other, neighbour=one)


def lies_under(paths: list[str]) -> ColumnElement[bool]:
    """Return the condition that an `Area` is one of the named places or lies in one of them."""
    conditions = [Area.path == path for path in paths] + [Area.path.startswith(path + ".") for path in paths]
    return or_(False, *conditions)  # noqa: FBT003  # the empty list of places covers nothing
