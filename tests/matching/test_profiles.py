import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from matching import (
    CODES,
    Gate,
    Geography,
    ItemProfile,
    NeedProfile,
    OfferProfile,
    Reason,
    SlotProfile,
    Taxonomy,
    Weights,
    from_json,
    to_json,
)
from matching.snapshots import need_from_json, offer_from_json, weights_from_json
from tests.factories.profiles import make_item, make_need, make_offer, make_slot
from tests.matching.strategies import needs, offers

PROTECTED = ("age", "gender", "sex", "generation", "birth", "nationality", "religion", "disability")


@given(needs, offers)
def test_profiles_survive_a_journey_through_json(need: NeedProfile, offer: OfferProfile) -> None:
    assert from_json(json.loads(json.dumps(to_json(need)))) == need
    assert from_json(json.loads(json.dumps(to_json(offer)))) == offer


@pytest.mark.parametrize(
    "profile",
    [
        Geography(frozenset({("jp.03.a.b", "jp.03.a.c")})),
        Taxonomy(parents={"a": "b"}, aliases={"a": ("x", "y")}, names={"a": "A"}),
        Weights(version=3),
    ],
)
def test_reference_data_survives_a_journey_through_json(profile: Geography | Taxonomy | Weights) -> None:
    assert from_json(json.loads(json.dumps(to_json(profile)))) == profile


def test_equal_profiles_give_equal_json() -> None:
    one = make_need(id="n", owner="o", fields=frozenset(("a", "b", "c")))
    other = dataclasses.replace(one, fields=frozenset(("c", "b", "a")))

    assert json.dumps(to_json(one)) == json.dumps(to_json(other))


def test_json_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not a type of profile"):
        from_json({"type": "Partnership"})
    with pytest.raises(TypeError, match="no need"):
        need_from_json(to_json(make_offer()))
    with pytest.raises(TypeError, match="no offer"):
        offer_from_json(to_json(make_need()))
    with pytest.raises(TypeError, match="no weights"):
        weights_from_json(to_json(make_need()))


def test_a_list_of_skills_has_another_version_when_anything_in_it_is_other() -> None:
    skills = Taxonomy(names={"a": "会計"}, parents={"a": "b"}, aliases={"a": ("経理",)})

    same = Taxonomy(names={"a": "会計"}, parents={"a": "b"}, aliases={"a": ("経理",)})

    assert skills.fingerprint == same.fingerprint
    assert skills.fingerprint != dataclasses.replace(skills, aliases={"a": ("簿記",)}).fingerprint
    assert skills.fingerprint != dataclasses.replace(skills, parents={}).fingerprint
    assert skills.fingerprint != dataclasses.replace(skills, names={"a": "経理"}).fingerprint


@pytest.mark.parametrize("profile", [NeedProfile, OfferProfile, SlotProfile, ItemProfile, Weights])
def test_protected_attributes_have_no_place(profile: Any) -> None:
    names = {field.name for field in dataclasses.fields(profile)}

    assert not {name for name in names for word in PROTECTED if word in name.split("_")}


@pytest.mark.parametrize(
    "build",
    [
        lambda: make_slot(kind="time"),
        lambda: make_item(kind="time"),
        lambda: make_slot(quantity=-1),
        lambda: make_item(quantity=-1),
        lambda: make_slot(weight=0.0),
        lambda: make_need(accepts=frozenset({"stolen"})),
        lambda: make_offer(condition="stolen"),
        lambda: make_offer(reach="moon"),
        lambda: make_offer(record=1.5),
        lambda: Weights(skill=0.9),
        lambda: Weights(skill=-0.1, field=0.55),
        lambda: Reason("because"),
        lambda: Reason("area_online", {"how": 1}),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        build()


def test_profiles_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_need().title = "x"  # type: ignore[misc]


def test_a_name_wins_over_an_alias_and_the_smaller_id_over_the_larger() -> None:
    taxonomy = Taxonomy(names={"b": "会計", "a": "経理"}, aliases={"a": ("会計",), "d": ("帳簿",), "c": ("帳簿",)})

    forms = taxonomy.surface_forms()

    assert {form: forms[form] for form in ("会計", "経理", "帳簿")} == {
        "会計": ("b", False),
        "経理": ("a", False),
        "帳簿": ("c", True),
    }


def test_how_a_skill_is_read_finds_it_and_never_displaces_a_spelling() -> None:
    forms = Taxonomy(names={"a": "歯科医", "b": "司会"}).surface_forms()

    assert (forms["歯科医"], forms["司会"]) == (("a", False), ("b", False))
    assert forms["シカイ"] == ("a", False)


def test_every_gate_has_a_code() -> None:
    assert {gate.value for gate in Gate} <= set(CODES)


def test_equal_reasons_are_one_in_a_set() -> None:
    assert len({Reason("record_good", {"record": 0.5}), Reason("record_good", {"record": 0.5})}) == 1


def test_a_snapshot_from_before_offices_and_purposes_still_speaks() -> None:
    offer = OfferProfile(id="o", owner="p", owner_kind="resident", title="", text="", area=None, items=())
    need = NeedProfile(id="n", owner="q", owner_kind="npo", title="", text="", area=None, slots=())
    told = to_json(offer)
    asked = to_json(need)
    for name in ("offices", "consents"):
        del told[name]
    for name in ("purpose", "most_offices"):
        del asked[name]

    assert (from_json(told), from_json(asked)) == (offer, need)


def test_a_purpose_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="a purpose"):
        make_need(purpose="party")
