"""The reasons to match, one file each."""

from matching.profiles import Geography, Taxonomy
from matching.signals.area import Nearness
from matching.signals.base import Signal
from matching.signals.bridging import Bridging
from matching.signals.conditions import ConditionFit
from matching.signals.field import FieldOverlap
from matching.signals.quantity import QuantityCoverage
from matching.signals.record import Record
from matching.signals.skill import SkillFit, SlotFits, free_items
from matching.signals.time import TimeOverlap

__all__ = [
    "Bridging",
    "ConditionFit",
    "FieldOverlap",
    "Nearness",
    "QuantityCoverage",
    "Record",
    "Signal",
    "SkillFit",
    "SlotFits",
    "TimeOverlap",
    "all_signals",
    "free_items",
]


def all_signals(
    *, geography: Geography, taxonomy: Taxonomy, nearest: float = 0.0, strict: bool = True
) -> tuple[Signal, ...]:
    """Return every signal, in the order of the weights.

    Parameters
    ----------
    geography : Geography
        Which districts touch.
    taxonomy : Taxonomy
        Skills and what they are called.
    nearest : float
        See `SkillFit`: above 0 only for needs that nobody fits.
    strict : bool
        See `SkillFit`: false only for needs to which nobody is near by kind.

    Returns
    -------
    tuple[Signal, ...]
        One signal for each weight of `matching.profiles.Weights`.

    """
    return (
        SkillFit(taxonomy=taxonomy, nearest=nearest, strict=strict),
        FieldOverlap(),
        Nearness(geography=geography),
        TimeOverlap(),
        QuantityCoverage(),
        ConditionFit(),
        Record(),
        Bridging(),
    )
