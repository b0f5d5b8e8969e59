"""Needs that are alike stand in one group, and a page asks only for the few around one of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering

from matching.geography import Geography
from matching.grouping import LEAST, alikeness, companions, group_needs
from matching.profiles import NeedProfile
from tests.factories.profiles import make_need, make_slot

GEOGRAPHY = Geography()


def need(id_: str, title: str, what: str, *, area: str | None = "jp.03.hiyori.kita", **parts: Any) -> NeedProfile:
    return make_need(make_slot(what=what), id=id_, title=title, text="", area=area, **parts)


TOWN = [
    need("grass-1", "お宮の参道の草刈り", "草刈り機を扱える人"),
    need("grass-2", "参道と農道の夏の草刈り", "草刈りの人手", area="jp.03.hiyori.minami"),
    need("radio-1", "夏の朝のラジオ体操", "体操の前に立つ人"),
    need("radio-2", "駅前の夏休みラジオ体操", "体操の指導"),
    need("website", "竹の器を売るホームページ", "ホームページづくり"),
]


def test_needs_about_the_same_thing_stand_in_one_group() -> None:
    groups = group_needs(TOWN, geography=GEOGRAPHY)

    assert sorted(group.members for group in groups) == [("grass-1", "grass-2"), ("radio-1", "radio-2")]


def test_a_group_says_what_it_shares() -> None:
    fields = frozenset({"environment"})
    grass = [
        need("a", "参道の草刈り 2026", "草刈り", fields=fields),
        need("b", "農道の草刈り 2026", "草刈り", fields=fields | {"sport"}, area="jp.03.hiyori.minami"),
    ]

    (group,) = group_needs(grass, geography=GEOGRAPHY)

    assert (group.words[0], group.fields, group.area) == ("草刈り", fields, "jp.03.hiyori")
    assert "2026" not in group.words
    assert LEAST <= group.closeness <= 1.0


def test_a_group_with_an_unknown_place_names_none() -> None:
    grass = [need("a", "参道の草刈り", "草刈り", area=None), need("b", "参道の草刈り", "草刈り")]

    assert [group.area for group in group_needs(grass, geography=GEOGRAPHY)] == [""]


@pytest.mark.parametrize("needs", [[], TOWN[:1], [TOWN[0], TOWN[4]]])
def test_where_nothing_is_alike_there_is_no_group(needs: list[NeedProfile]) -> None:
    assert group_needs(needs, geography=GEOGRAPHY) == []


@given(order=st.permutations(range(len(TOWN))))
def test_the_order_of_the_needs_does_not_matter(order: list[int]) -> None:
    assert group_needs([TOWN[k] for k in order], geography=GEOGRAPHY) == group_needs(TOWN, geography=GEOGRAPHY)


@pytest.mark.parametrize("least", [0.05, 0.1, 0.2, LEAST, 0.5])
def test_the_groups_are_those_of_scikit_learn(least: float) -> None:
    rows, columns = np.triu_indices(len(TOWN), 1)
    distances = np.zeros((len(TOWN), len(TOWN)))
    distances[rows, columns] = distances[columns, rows] = 1.0 - alikeness(TOWN, GEOGRAPHY, rows, columns)
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1.0 - least
    )
    labels = model.fit(distances).labels_

    expected = {
        tuple(one.id for one, other in zip(TOWN, labels, strict=True) if other == label)
        for label in set(labels)
        if list(labels).count(label) > 1
    }

    assert {group.members for group in group_needs(TOWN, geography=GEOGRAPHY, least=least)} == expected


def test_alikeness_is_the_same_in_both_directions() -> None:
    rows, columns = np.triu_indices(len(TOWN), 1)

    there = alikeness(TOWN, GEOGRAPHY, rows, columns)
    back = alikeness(TOWN, GEOGRAPHY, columns, rows)

    assert np.array_equal(there, back)
    assert (there >= 0.0).all()
    assert (there <= 1.0).all()


def test_common_fields_and_a_common_place_make_needs_more_alike() -> None:
    far = "jp.13.tonari.naka"
    here: dict[str, Any] = {"fields": frozenset({"environment"})}
    other: dict[str, Any] = {"fields": frozenset({"sport"})}
    needs = [
        need("a", "参道の草刈り", "草刈り", **here),
        need("b", "参道の草刈り", "草刈り", **here),
        need("c", "参道の草刈り", "草刈り", **other),
        need("d", "参道の草刈り", "草刈り", area=far, **here),
        need("e", "参道の草刈り", "草刈り"),
    ]

    with_all, other_field, other_place, unknown_field = alikeness(
        needs, GEOGRAPHY, np.zeros(4, dtype=np.int64), np.arange(1, 5)
    )

    assert with_all == pytest.approx(1.0)
    assert with_all > unknown_field > other_field
    assert with_all > other_place


def test_the_companions_of_a_need_are_those_of_its_group() -> None:
    assert companions(TOWN[0], TOWN, geography=GEOGRAPHY) == ["grass-2"]
    assert companions(TOWN[4], TOWN, geography=GEOGRAPHY) == []
    assert companions(TOWN[0], [], geography=GEOGRAPHY) == []


def test_no_more_companions_are_named_than_asked_for() -> None:
    same = [need(f"n{k}", "参道の草刈り", "草刈り") for k in range(20)]

    assert companions(same[5], same, geography=GEOGRAPHY, most=3) == ["n0", "n1", "n10"]
