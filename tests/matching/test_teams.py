import itertools
import time
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog

from matching import Assignment, Candidate, ItemProfile, NeedProfile, SlotProfile, Team, assemble
from matching.allocation import divide
from matching.scoring import LEAST_LOAD
from matching.signals.bridging import PLACE_KINDS, PURPOSE_KINDS
from matching.teams import BRIDGING_BONUS, FIT_FLOOR, PARTNER_COST, team_of
from tests.factories.profiles import make_item, make_need, make_offer, make_slot

_gains = st.integers(0, 8).map(lambda tenths: tenths / 8)


@st.composite
def transports(draw: st.DrawFn) -> tuple[np.ndarray, list[int], list[int]]:
    n_slots, n_items = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    row = st.lists(_gains, min_size=n_items, max_size=n_items)
    gains = np.array(draw(st.lists(row, min_size=n_slots, max_size=n_slots)))
    demand = draw(st.lists(st.integers(0, 6), min_size=n_slots, max_size=n_slots))
    supply = draw(st.lists(st.integers(0, 6), min_size=n_items, max_size=n_items))
    return gains, demand, supply


def greatest_gain(gains: np.ndarray, demand: list[int], supply: list[int]) -> float:
    n_slots, n_items = gains.shape
    by_slot = np.kron(np.eye(n_slots), np.ones((1, n_items)))
    by_item = np.kron(np.ones((1, n_slots)), np.eye(n_items))
    solved = linprog(-gains.ravel(), A_ub=np.vstack([by_slot, by_item]), b_ub=[*demand, *supply])
    return float(-solved.fun)


@settings(max_examples=150, deadline=None)
@given(problem=transports())
def test_the_division_is_the_best_there_is_and_promises_nothing_twice(
    problem: tuple[np.ndarray, list[int], list[int]],
) -> None:
    gains, demand, supply = problem

    edges = {edge: gain for edge, gain in np.ndenumerate(gains) if gain > 0.0}
    quantities = np.zeros(gains.shape, dtype=np.int64)
    for edge, quantity in divide(edges, demand, supply).items():
        quantities[edge] = quantity

    assert np.all(quantities >= 0)
    assert np.all(quantities.sum(axis=1) <= demand)
    assert np.all(quantities.sum(axis=0) <= supply)
    assert np.all(quantities[gains == 0.0] == 0)
    assert float((gains * quantities).sum()) == pytest.approx(greatest_gain(gains, demand, supply), abs=1e-9)


@st.composite
def situations(draw: st.DrawFn) -> tuple[NeedProfile, list[Candidate]]:
    slots = tuple(
        make_slot(id=f"s{k}", quantity=draw(st.integers(1, 4)), weight=draw(st.sampled_from((0.5, 1.0, 2.0))))
        for k in range(draw(st.integers(1, 3)))
    )
    need = make_need(*slots, owner_kind=draw(st.sampled_from(("npo", "rmo", "government"))))
    candidates = []
    for k in range(draw(st.integers(0, 6))):
        items = [make_item(id=f"i{n}", quantity=draw(st.integers(1, 4))) for n in range(draw(st.integers(1, 2)))]
        offer = make_offer(*items, id=f"o{k}", owner_kind=draw(st.sampled_from(("npo", "rmo", "government"))))
        fits = {(slot.id, item.id): draw(_gains) for slot in slots for item in items}
        load = draw(st.sampled_from((1.0, 0.5, LEAST_LOAD)))
        candidates.append(Candidate(offer, fits, skill_share=load, load=load))
    return need, candidates


def best_by_brute_force(need: NeedProfile, candidates: list[Candidate], *, max_partners: int) -> float:
    best = 0.0
    for size in range(1, max_partners + 1):
        for team in itertools.combinations(candidates, size):
            best = max(best, value_by_linear_programme(need, team))
    return best


def value_by_linear_programme(need: NeedProfile, team: tuple[Candidate, ...]) -> float:
    items = [(candidate, item) for candidate in team for item in candidate.offer.items]
    gains = np.array(
        [
            [
                fit * candidate.load * slot.weight / slot.quantity if fit >= FIT_FLOOR else 0.0
                for (candidate, _), fit in zip(items, fits_of(slot, items), strict=True)
            ]
            for slot in need.slots
        ]
    )
    gained = greatest_gain(gains, [slot.quantity for slot in need.slots], [item.quantity for _, item in items])
    loads = [(need.owner_kind, 1.0), *((candidate.offer.owner_kind, candidate.load) for candidate in team)]
    sides = (max([load for kind, load in loads if kind in kinds] or [0.0]) for kinds in (PLACE_KINDS, PURPOSE_KINDS))
    return gained - PARTNER_COST * sum(candidate.load for candidate in team) + BRIDGING_BONUS * min(sides)


def fits_of(slot: SlotProfile, items: list[tuple[Candidate, ItemProfile]]) -> list[float]:
    return [candidate.fits[slot.id, item.id] for candidate, item in items]


@settings(max_examples=40, deadline=None)
@given(situation=situations(), max_partners=st.integers(1, 4))
def test_the_first_team_is_the_best_that_brute_force_finds(
    situation: tuple[NeedProfile, list[Candidate]], max_partners: int
) -> None:
    need, candidates = situation

    teams = assemble(need, candidates, max_partners=max_partners)

    best = best_by_brute_force(need, candidates, max_partners=max_partners)
    assert (teams[0].value if teams else 0.0) == pytest.approx(best, abs=1e-9)


def drawn_situation(random: Random) -> tuple[NeedProfile, list[Candidate]]:
    slots = tuple(
        make_slot(id=f"s{k}", quantity=random.randint(1, 4), weight=random.choice((0.5, 1.0, 2.0)))
        for k in range(random.randint(1, 4))
    )
    need = make_need(*slots, owner_kind=random.choice(("npo", "rmo", "government")))
    candidates = []
    for k in range(random.randint(4, 9)):
        items = [make_item(id=f"i{n}", quantity=random.randint(1, 4)) for n in range(random.randint(1, 3))]
        offer = make_offer(*items, id=f"o{k}", owner_kind=random.choice(("npo", "rmo", "government")))
        fits = {(slot.id, item.id): random.choice((0.0, 0.1, 0.3, 0.6, 0.9)) for slot in slots for item in items}
        candidates.append(Candidate(offer, fits))
    return need, candidates


def value_unit_by_unit(need: NeedProfile, team: tuple[Candidate, ...]) -> float:
    """Return what a team is worth when every single unit of every item is assigned to a unit of a slot."""
    units = [(slot, slot.weight / slot.quantity) for slot in need.slots for _ in range(slot.quantity)]
    things = [(one, item) for one in team for item in one.offer.items for _ in range(item.quantity)]
    fits = np.array([[one.fits[slot.id, item.id] for one, item in things] for slot, _ in units])
    gains = np.where(fits >= FIT_FLOOR, fits, 0.0) * np.array([share for _, share in units])[:, None]
    rows, columns = linear_sum_assignment(gains, maximize=True)
    kinds = {need.owner_kind, *(one.offer.owner_kind for one in team)}
    bridges = bool(kinds & PLACE_KINDS) and bool(kinds & PURPOSE_KINDS)
    return float(gains[rows, columns].sum()) - PARTNER_COST * len(team) + BRIDGING_BONUS * bridges


@pytest.mark.parametrize("seed", range(500))
def test_no_team_of_up_to_four_is_better_than_the_first(seed: int) -> None:
    need, candidates = drawn_situation(Random(seed))  # noqa: S311  (drawn cases, no secret)

    teams = assemble(need, candidates)

    best = max(
        value_unit_by_unit(need, team) for size in range(1, 5) for team in itertools.combinations(candidates, size)
    )
    assert (teams[0].value if teams else 0.0) == pytest.approx(max(best, 0.0), abs=1e-9)


def test_a_refused_team_makes_room_for_the_next_one() -> None:
    need = make_need(make_slot(what="会計"))
    candidates = [
        Candidate(make_offer(make_item(id="i"), id=f"o{k}"), {(need.slots[0].id, "i"): 0.9 - k / 100}) for k in range(7)
    ]
    first = assemble(need, candidates, limit=5)

    others = assemble(need, candidates, limit=5, refused=[partners_of(team) for team in first])

    assert [partners_of(team) for team in others] == [{"o5"}, {"o6"}]


@settings(max_examples=60, deadline=None)
@given(situation=situations())
def test_teams_are_sound(situation: tuple[NeedProfile, list[Candidate]]) -> None:
    need, candidates = situation

    teams = assemble(need, candidates)

    assert len(teams) <= 5
    assert len({partners_of(team) for team in teams}) == len(teams)
    assert [team.value for team in teams] == sorted((team.value for team in teams), reverse=True)
    for team in teams:
        assert team.value > 0.0
        assert 1 <= len(team.partners) <= 4
        assert_nothing_is_promised_twice(need, team)
        assert {one.offer for one in team.assignments} == partners_of(team)
        assert all(one.quantity > 0 for one in team.assignments)


def partners_of(team: Team) -> frozenset[str]:
    return frozenset(offer.id for offer in team.partners)


def assert_nothing_is_promised_twice(need: NeedProfile, team: Team) -> None:
    for slot in need.slots:
        given_to_it = sum(one.quantity for one in team.assignments if one.slot == slot.id)
        assert given_to_it <= slot.quantity
        assert (slot.id in team.open_slots) == (given_to_it < slot.quantity)
    for offer in team.partners:
        for item in offer.items:
            given_by_it = sum(one.quantity for one in team.assignments if (one.offer, one.item) == (offer.id, item.id))
            assert given_by_it <= item.quantity


@given(situation=situations(), random=st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    situation: tuple[NeedProfile, list[Candidate]], random: Random
) -> None:
    need, candidates = situation
    shuffled = list(candidates)
    random.shuffle(shuffled)

    assert assemble(need, shuffled) == assemble(need, candidates)


def candidate(
    slot: SlotProfile,
    *,
    fit: float = 0.8,
    quantity: int = 1,
    id: str | None = None,  # noqa: A002  (the name of the field)
    owner: str | None = None,
) -> Candidate:
    item = make_item(quantity=quantity)
    return Candidate(make_offer(item, id=id, owner=owner), {(slot.id, item.id): fit})


def test_who_alone_can_do_something_is_in_the_team_however_busy() -> None:
    leads, writes = make_slot(), make_slot()
    free, busy = candidate(leads, id="free"), candidate(writes, id="busy")
    softened = replace(busy, skill_share=LEAST_LOAD, load=LEAST_LOAD)

    team = assemble(make_need(leads, writes), [free, softened])[0]

    assert partners_of(team) == {"free", "busy"}


def test_nobody_is_added_for_bridging_alone_however_busy() -> None:
    slot, other = make_slot(), make_slot(weight=0.01)
    item = make_item()
    of_purpose = Candidate(make_offer(item, owner_kind="npo"), {(slot.id, item.id): 0.5})
    of_place = Candidate(make_offer(item, owner_kind="rmo"), {(other.id, item.id): 0.5})
    softened = replace(of_place, skill_share=0.5, load=0.5)

    for second in (of_place, softened):
        assert len(assemble(make_need(slot, other), [of_purpose, second])[0].partners) == 1


def test_several_partners_share_the_quantity_of_one_slot() -> None:
    slot = make_slot(quantity=10)
    need = make_need(slot)

    team = assemble(need, [candidate(slot, quantity=4), candidate(slot, quantity=3)])[0]

    assert [one.quantity for one in team.assignments] == [4, 3]
    assert team.open_slots == (slot.id,)


def test_each_partner_takes_the_slot_that_nobody_else_can_fill() -> None:
    leads, writes = make_slot(), make_slot()
    item = make_item()
    both = Candidate(make_offer(item, id="a"), {(leads.id, item.id): 0.6, (writes.id, item.id): 0.5})
    only_leads = candidate(leads, fit=0.5, id="b")

    team = assemble(make_need(leads, writes), [both, only_leads])[0]

    assert team.open_slots == ()
    assert Assignment(writes.id, item.id, "a", 1) in team.assignments


def test_a_weak_hit_fills_no_slot() -> None:
    slot = make_slot()

    assert assemble(make_need(slot), [candidate(slot, fit=FIT_FLOOR - 0.01)]) == []
    assert len(assemble(make_need(slot), [candidate(slot, fit=FIT_FLOOR)])) == 1


def test_nobody_is_added_who_covers_nothing() -> None:
    slot = make_slot()
    good, also_good = candidate(slot), candidate(slot)

    teams = assemble(make_need(slot), [good, also_good])

    assert [len(team.partners) for team in teams] == [1, 1]


def test_two_teams_of_the_same_participants_are_one() -> None:
    slot = make_slot()

    teams = assemble(make_need(slot), [candidate(slot, owner="x"), candidate(slot, owner="x", fit=0.5)])

    assert len(teams) == 1


def test_among_equals_the_lower_id_comes_first() -> None:
    slot = make_slot()

    teams = assemble(make_need(slot), [candidate(slot, id="b"), candidate(slot, id="a")])

    assert [team.partners[0].id for team in teams] == ["a", "b"]


def test_without_slots_or_candidates_there_is_no_team() -> None:
    slot = make_slot(quantity=0)

    assert assemble(make_need(slot), [candidate(slot)]) == []
    assert assemble(make_need(), []) == []


def test_the_cut_keeps_the_best_for_each_slot_in_turn() -> None:
    crowded, rare = make_slot(), make_slot()
    crowd = [candidate(crowded, fit=0.9 - k / 100) for k in range(10)]
    single = candidate(rare, fit=0.3)

    teams = assemble(make_need(crowded, rare), [*crowd, single], cut=2)

    assert {offer.id for offer in teams[0].partners} == {crowd[0].offer.id, single.offer.id}


def test_bodies_of_place_and_of_purpose_together_gain() -> None:
    slot = make_slot()
    item = make_item()
    need = make_need(slot, owner_kind="rmo")
    of_purpose = Candidate(make_offer(item, owner_kind="npo"), {(slot.id, item.id): 0.5})
    of_place = Candidate(make_offer(item, owner_kind="rmo"), {(slot.id, item.id): 0.5})

    bridged, alike = assemble(need, [of_place, of_purpose])

    assert bridged.bridges
    assert not alike.bridges
    assert bridged.value - alike.value == pytest.approx(BRIDGING_BONUS)


def test_slots_that_together_take_too_many_hours_are_not_promised() -> None:
    heavy = make_slot(weight=2.0, hours_per_month=6.0)
    light = make_slot(weight=1.0, hours_per_month=6.0)
    item = make_item(quantity=2)
    offer = make_offer(item, hours_limit=8.0)

    team = assemble(make_need(heavy, light), [Candidate(offer, {(s.id, item.id): 1.0 for s in (heavy, light)})])[0]

    assert team.open_slots == (light.id,)


def test_a_slot_beyond_the_hours_does_not_block_one_within_them() -> None:
    long, short = make_slot(hours_per_month=20.0), make_slot(hours_per_month=2.0)
    item = make_item(quantity=2)
    offer = make_offer(item, hours_limit=8.0)

    team = assemble(make_need(long, short), [Candidate(offer, {(s.id, item.id): 1.0 for s in (long, short)})])[0]

    assert team.open_slots == (long.id,)


def test_a_given_team_keeps_partners_who_cover_nothing() -> None:
    slot = make_slot()

    team = team_of(make_need(slot), [candidate(slot, id="b"), candidate(slot, fit=0.0, id="a")])

    assert [offer.id for offer in team.partners] == ["a", "b"]
    assert {one.offer for one in team.assignments} == {"b"}


def test_thirty_candidates_take_little_time() -> None:
    random = np.random.default_rng(7)
    slots = [make_slot(quantity=int(random.integers(1, 10))) for _ in range(4)]
    candidates = []
    for _ in range(30):
        item = make_item(quantity=int(random.integers(1, 6)))
        slot = slots[int(random.integers(4))]
        candidates.append(Candidate(make_offer(item), {(slot.id, item.id): float(random.uniform(0.2, 1.0))}))
    need = make_need(*slots)
    assemble(need, candidates)

    started = time.perf_counter()
    teams = assemble(need, candidates)

    assert len(teams) == 5
    assert time.perf_counter() - started < 0.5


def test_a_refused_team_of_two_leaves_each_of_them_alone_free() -> None:
    need = make_need(make_slot(what="会計"))
    alone = Candidate(make_offer(make_item(id="i"), id="a"), {(need.slots[0].id, "i"): 0.9})

    assert [partners_of(team) for team in assemble(need, [alone], refused=[frozenset({"a", "b"})])] == [{"a"}]


def test_nobody_gives_more_hours_with_two_offers_than_the_own_limit_leaves() -> None:
    need = make_need(make_slot(id="s0", hours_per_month=8.0), make_slot(id="s1", hours_per_month=8.0))
    candidates = [
        Candidate(
            make_offer(make_item(id=f"i{k}"), id=f"o{k}", owner="one", hours_limit=10.0), {(f"s{k}", f"i{k}"): 0.9}
        )
        for k in range(2)
    ]

    assert {len(team.partners) for team in assemble(need, candidates)} == {1}


def test_among_equals_the_smaller_turn_comes_first() -> None:
    need = make_need(make_slot(what="会計"))
    fits = {(need.slots[0].id, "i"): 0.9}
    offers = [make_offer(make_item(id="i"), id=f"o{k}") for k in range(3)]

    teams = assemble(need, [Candidate(offer, fits, turn=5 - k) for k, offer in enumerate(offers)])

    assert [partners_of(team) for team in teams] == [{"o2"}, {"o1"}, {"o0"}]


def test_no_team_at_all_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="at least one"):
        assemble(make_need(make_slot()), [], limit=0)


def test_an_offer_is_a_candidate_once() -> None:
    candidate = Candidate(make_offer(make_item(id="i"), id="o"), {})

    with pytest.raises(ValueError, match="once"):
        assemble(make_need(make_slot()), [candidate, candidate])


def test_who_has_to_be_in_every_team_must_be_a_candidate() -> None:
    with pytest.raises(ValueError, match="no candidate"):
        assemble(make_need(), [], holding="nobody")
