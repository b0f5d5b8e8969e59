"""Rows translated into what the engine is told, in a constant number of queries.

Only ids, codes, figures and the listings' own words leave this package: neither names nor contact
details of a participant are part of a profile.
"""

from web.suggestions.queries.profiles.known import as_weights, geography, taxonomy, weights
from web.suggestions.queries.profiles.market import Market, found_beside, market, market_of
from web.suggestions.queries.profiles.owners import Record, declined_by, is_held, owner_of, portions, records_of
from web.suggestions.queries.profiles.places import (
    PREFECTURE_DEPTH,
    is_body_or_consented,
    just_these,
    of_prefecture,
    offers_from_elsewhere,
    open_here,
    open_needs,
    own_offers,
    serving_offers,
    still_lacks,
)
from web.suggestions.queries.profiles.rows import (
    load_need,
    need_profile,
    need_profiles,
    needs,
    offer_profile,
    offer_profiles,
    offers,
)
from web.suggestions.queries.profiles.shapes import TOWN_TIME
from web.suggestions.queries.profiles.told import ToldNeeds, ToldOffers, told_needs, told_offers, told_offers_among

__all__ = [
    "PREFECTURE_DEPTH",
    "TOWN_TIME",
    "Market",
    "Record",
    "ToldNeeds",
    "ToldOffers",
    "as_weights",
    "declined_by",
    "found_beside",
    "geography",
    "is_body_or_consented",
    "is_held",
    "just_these",
    "load_need",
    "market",
    "market_of",
    "need_profile",
    "need_profiles",
    "needs",
    "of_prefecture",
    "offer_profile",
    "offer_profiles",
    "offers",
    "offers_from_elsewhere",
    "open_here",
    "open_needs",
    "own_offers",
    "owner_of",
    "portions",
    "records_of",
    "serving_offers",
    "still_lacks",
    "taxonomy",
    "told_needs",
    "told_offers",
    "told_offers_among",
    "weights",
]
