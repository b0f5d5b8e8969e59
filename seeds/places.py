"""Places and their neighbours, the same way for the real country and for the invented town."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, AreaLevel, AreaNeighbour
from seeds.identity import identified
from seeds.sheets import Row, read
from seeds.tally import Tally


def load_areas(session: Session, folder: Path, tally: Tally, *, is_demo: bool = False) -> dict[str, Area]:
    """Add the places and borders of a folder and return every place there is by its path."""
    areas = {area.path: area for area in session.scalars(select(Area))}
    for row in read(folder / "areas.csv"):
        _load_area(session, row, areas, tally, is_demo=is_demo)
    session.flush()
    borders = {(border.area_id, border.neighbour_id) for border in session.scalars(select(AreaNeighbour))}
    for area, neighbour in _borders(folder, areas):
        if (area.id, neighbour.id) in borders:
            tally.unchanged += 1
        else:
            tally.add(session, identified(AreaNeighbour(area=area, neighbour=neighbour), area.path, neighbour.path))
    session.flush()
    return areas


def _borders(folder: Path, areas: dict[str, Area]) -> Iterable[tuple[Area, Area]]:
    """Return every border of the sheet from both sides, once each."""
    pairs: dict[tuple[Area, Area], None] = {}
    for row in read(folder / "area_neighbours.csv"):
        one, other = row.found("path", areas), row.found("neighbour", areas)
        pairs |= {(one, other): None, (other, one): None}
    return pairs


def _load_area(session: Session, row: Row, areas: dict[str, Area], tally: Tally, *, is_demo: bool) -> None:
    path = row.required("path")
    words = {
        "name_ja": row.required("name_ja"),
        "name_en": row.required("name_en"),
        "reading": row.text("reading"),
    }
    if path in areas:
        # Names that people chose stay.
        tally.update(areas[path], {} if areas[path].renamed_at else words)
        return
    above = path.rpartition(".")[0]
    if above and above not in areas:
        raise row.refusal("path", f"the place above, {above}, is not known")
    area = Area(path=path, level=row.choice("level", AreaLevel), parent=areas.get(above), is_demo=is_demo, **words)
    areas[path] = tally.add(session, identified(area, path))
