"""How well things fit: arrays and frozen profiles in, suggestions with reasons out."""

from matching.cohorts import cohort
from matching.composing import Claims, Composed, Workbench
from matching.eligibility import Exclusions, Gate, exclusions
from matching.engine import MarketResult, PairExplanation, explain_pair, run, run_market
from matching.geography import Closeness
from matching.pairs import Pairs
from matching.profiles import (
    CONDITIONS,
    KINDS,
    REACHES,
    Geography,
    ItemProfile,
    NeedProfile,
    OfferProfile,
    SlotProfile,
    Taxonomy,
    Weights,
)
from matching.reasons import CODES, Reason
from matching.relaxation import Relaxation, questions, relax
from matching.replay import replay
from matching.results import NeedResult, PartnerResult, SuggestionResult
from matching.scoring import PairScore, Scores, score
from matching.serving import Fit, fits_of
from matching.showing import ROUNDS, SeasonPair, Showing, ShownNeed
from matching.signals import Signal, all_signals
from matching.snapshots import from_json, to_json
from matching.teams import Assignment, Candidate, Team, assemble
from matching.text import TextIndex, normalise

__all__ = [
    "CODES",
    "CONDITIONS",
    "KINDS",
    "REACHES",
    "ROUNDS",
    "Assignment",
    "Candidate",
    "Claims",
    "Closeness",
    "Composed",
    "Exclusions",
    "Fit",
    "Gate",
    "Geography",
    "ItemProfile",
    "MarketResult",
    "NeedProfile",
    "NeedResult",
    "OfferProfile",
    "PairExplanation",
    "PairScore",
    "Pairs",
    "PartnerResult",
    "Reason",
    "Relaxation",
    "Scores",
    "SeasonPair",
    "Showing",
    "ShownNeed",
    "Signal",
    "SlotProfile",
    "SuggestionResult",
    "Taxonomy",
    "Team",
    "TextIndex",
    "Weights",
    "Workbench",
    "all_signals",
    "assemble",
    "cohort",
    "exclusions",
    "explain_pair",
    "fits_of",
    "from_json",
    "normalise",
    "questions",
    "relax",
    "replay",
    "run",
    "run_market",
    "score",
    "to_json",
]
