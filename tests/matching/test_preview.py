"""What other weights would change among the suggestions for one need."""

from typing import Any

from matching.preview import reorder
from matching.profiles import Weights
from matching.replay import FrozenPartner, freeze
from matching.snapshots import to_json
from tests.factories.profiles import make_item, make_need, make_offer, make_slot

NEED = make_need(make_slot(id="s1"))
BY_SKILL = Weights(version=2, skill=1.0, field=0, area=0, time=0, quantity=0, conditions=0, record=0, bridging=0)
BY_PLACE = Weights(version=3, skill=0, field=0, area=1.0, time=0, quantity=0, conditions=0, record=0, bridging=0)


def suggested(offer: str, *, skill: float, area: float) -> dict[str, Any]:
    values = dict.fromkeys(Weights().as_mapping(), 0.5) | {"skill": skill, "area": area}
    profile = make_offer(make_item(id=f"{offer}-item"), id=offer)
    fits = {("s1", f"{offer}-item"): max(skill, 0.6)}
    partner = FrozenPartner(offer=profile, values=values, load=1.0, fits=fits, said={})
    return freeze(to_json(NEED), [partner.to_json()], weights=to_json(Weights()), rank=1)


STANDING = [suggested("able", skill=1.0, area=0.1), suggested("near", skill=0.6, area=1.0)]


def test_under_the_weights_that_made_it_the_order_stays() -> None:
    outcome = reorder(STANDING, BY_SKILL)

    assert outcome is not None
    assert (outcome.first, outcome.moved) == (0, 0)


def test_what_counts_more_comes_first() -> None:
    outcome = reorder(STANDING, BY_PLACE)

    assert outcome is not None
    assert (outcome.first, outcome.moved, outcome.score) == (1, 2, 1.0)


def test_what_was_erased_is_left_out_and_counted() -> None:
    outcome = reorder([{}, STANDING[1]], BY_PLACE)

    assert outcome is not None
    assert (outcome.first, outcome.left_out) == (1, 1)


def test_without_anything_to_compute_there_is_nothing_to_say() -> None:
    assert reorder([{}], BY_PLACE) is None
