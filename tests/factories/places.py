from itertools import count

from models import Area, AreaLevel

_numbers = count(1)
_COUNTRY = "jp"


def make_country(path: str = _COUNTRY) -> Area:
    return Area(path=path, level=AreaLevel.COUNTRY, name_ja="日本", name_en="Japan")


def make_prefecture(*, country: Area | None = None, code: str | None = None, name: str = "みどり県") -> Area:
    country = country or make_country(f"jp{next(_numbers)}")
    code = code or f"p{next(_numbers)}"
    return Area(
        path=f"{country.path}.{code}", level=AreaLevel.PREFECTURE, name_ja=name, name_en="Midori", parent=country
    )


def make_municipality(*, prefecture: Area | None = None, code: str | None = None, name: str = "日和市") -> Area:
    prefecture = prefecture or make_prefecture()
    code = code or f"m{next(_numbers)}"
    return Area(
        path=f"{prefecture.path}.{code}",
        level=AreaLevel.MUNICIPALITY,
        name_ja=name,
        name_en="Hiyori City",
        parent=prefecture,
    )


def make_district(*, municipality: Area | None = None, code: str | None = None, name: str = "北山") -> Area:
    municipality = municipality or make_municipality()
    code = code or f"d{next(_numbers)}"
    return Area(
        path=f"{municipality.path}.{code}",
        level=AreaLevel.DISTRICT,
        name_ja=name,
        name_en="Kitayama",
        parent=municipality,
    )


make_area = make_municipality
