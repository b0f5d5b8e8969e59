import pytest

from matching import Closeness, Geography

GEOGRAPHY = Geography(frozenset({("jp.03.hiyori.kita", "jp.03.hiyori.minami")}))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("jp.03.hiyori.kita", "jp.03.hiyori.kita", Closeness.SAME_DISTRICT),
        ("jp.03.hiyori.kita", "jp.03.hiyori.minami", Closeness.NEIGHBOUR),
        ("jp.03.hiyori.minami", "jp.03.hiyori.kita", Closeness.NEIGHBOUR),
        ("jp.03.hiyori.nishi", "jp.03.hiyori.kita", Closeness.SAME_MUNICIPALITY),
        ("jp.03.hiyori", "jp.03.hiyori.kita", Closeness.SAME_MUNICIPALITY),
        ("jp.03", "jp.03.hiyori.kita", Closeness.SAME_PREFECTURE),
        ("jp.03.tono", "jp.03.hiyori.kita", Closeness.SAME_PREFECTURE),
        ("jp.14.kawasaki", "jp.03.hiyori.kita", Closeness.ELSEWHERE),
        ("jp.13.hiyori.kita", "jp.03.hiyori.kita", Closeness.ELSEWHERE),
        ("jp", "jp.03.hiyori.kita", Closeness.UNKNOWN),
        (None, None, Closeness.UNKNOWN),
    ],
)
def test_places_are_as_close_as_both_are_known(one: str | None, other: str | None, expected: Closeness) -> None:
    assert GEOGRAPHY.closeness([one], [other])[0, 0] == expected
    assert GEOGRAPHY.closeness_of(one, other) is expected


def test_helpers_read_the_paths() -> None:
    kita, minami, tono = "jp.03.hiyori.kita", "jp.03.hiyori.minami", "jp.03.tono"

    assert GEOGRAPHY.closeness_of(kita, kita) is Closeness.SAME_DISTRICT
    assert GEOGRAPHY.are_neighbours(minami, kita)
    assert not GEOGRAPHY.are_neighbours(kita, tono)
    assert GEOGRAPHY.same_municipality(kita, minami)
    assert not GEOGRAPHY.same_municipality(kita, tono)
    assert GEOGRAPHY.same_prefecture(kita, tono)
    assert not GEOGRAPHY.same_prefecture(None, None)
