"""Profiles that hypothesis can draw."""

from datetime import date, timedelta
from typing import Final

from hypothesis import strategies as st

from matching import CONDITIONS, KINDS, REACHES, ItemProfile, NeedProfile, OfferProfile, SlotProfile

OWNER_KINDS: Final = ("neighborhood_association", "rmo", "npo", "company", "university", "resident", "government", "?")
AREAS: Final = (None, "jp", "jp.03", "jp.03.hiyori", "jp.03.hiyori.kita", "jp.03.hiyori.minami", "jp.14.kawasaki.tama")
WORDS: Final = ("会計", "広報紙づくり", "見回り", "会場", "朝ごはん", "送迎", "講師", "")

_texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
_fields = st.frozensets(st.sampled_from(("welfare", "children", "safety")))
_windows = st.none() | st.frozensets(st.sampled_from(("sat_am", "sat_pm", "mon_eve")))
_days = st.none() | st.integers(0, 60).map(lambda day: date(2026, 4, 1) + timedelta(days=day))
_quantities = st.integers(0, 5)
_skills = st.none() | st.sampled_from(("accounts", "books", "patrol"))

slots = st.builds(
    SlotProfile,
    id=st.uuids().map(str),
    kind=st.sampled_from(KINDS),
    what=_texts,
    quantity=_quantities,
    skill=_skills,
    weight=st.sampled_from((0.5, 1.0, 2.0)),
    hours_per_month=st.none() | st.sampled_from((2.0, 8.0)),
)
items = st.builds(
    ItemProfile,
    id=st.uuids().map(str),
    kind=st.sampled_from(KINDS),
    what=_texts,
    quantity=_quantities,
    skill=_skills,
)
needs = st.builds(
    NeedProfile,
    id=st.uuids().map(str),
    owner=st.sampled_from(("a", "b", "c")),
    owner_kind=st.sampled_from(OWNER_KINDS),
    title=_texts,
    text=_texts,
    area=st.sampled_from(AREAS),
    slots=st.lists(slots, max_size=3).map(tuple),
    fields=_fields,
    windows=_windows,
    starts_on=_days,
    ends_on=_days.map(lambda day: day and day + timedelta(days=90)),
    accepts=st.none() | st.frozensets(st.sampled_from(CONDITIONS)),
    online=st.sampled_from((None, True, False)),
    is_open=st.sampled_from((True, True, True, False)),
    declined_by=st.frozensets(st.sampled_from(("d", "e")), max_size=1),
    purpose=st.sampled_from(("projects", "projects", "lecturer", "council_seat")),
    most_offices=st.none() | st.integers(0, 3),
)
offers = st.builds(
    OfferProfile,
    id=st.uuids().map(str),
    owner=st.sampled_from(("a", "d", "e", "f", "g")),
    owner_kind=st.sampled_from(OWNER_KINDS),
    title=_texts,
    text=_texts,
    area=st.sampled_from(AREAS),
    items=st.lists(items, max_size=3).map(tuple),
    fields=_fields,
    windows=_windows,
    starts_on=_days,
    ends_on=_days.map(lambda day: day and day + timedelta(days=90)),
    condition=st.none() | st.sampled_from(CONDITIONS),
    reach=st.sampled_from(REACHES),
    online=st.sampled_from((None, True, False)),
    is_open=st.sampled_from((True, True, True, False)),
    consented=st.sampled_from((True, True, True, False)),
    consents=st.frozensets(st.sampled_from(("lecturer", "council_seat"))),
    engagements=st.integers(0, 3),
    offices=st.integers(0, 3),
    engagement_limit=st.none() | st.integers(0, 4),
    hours_pledged=st.sampled_from((0.0, 4.0)),
    hours_limit=st.none() | st.sampled_from((4.0, 10.0)),
    engagements_past_year=st.integers(0, 10),
    open_enquiries=st.integers(0, 4),
    record=st.none() | st.floats(0.0, 1.0),
)
markets = st.tuples(st.lists(needs, min_size=1, max_size=4), st.lists(offers, min_size=1, max_size=6))
