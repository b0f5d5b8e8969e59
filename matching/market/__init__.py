"""Whom to show to whom, in which order and round, so that everybody on both sides has a fair chance."""

from matching.market.inputs import Market
from matching.market.ranking import Ranking, rank

__all__ = ["Market", "Ranking", "rank"]
