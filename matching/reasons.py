"""Reasons in codes: what the engine says about a pair, a team or a need, without words of any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias

Param: TypeAlias = str | int | float

CODES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        # Gates: why a pair was not suggested.
        "need_closed": (),
        "offer_closed": (),
        "same_participant": (),
        "no_consent": (),
        "area_not_served": ("need_area", "offer_area", "reach"),
        "engagement_limit": ("engagements", "limit"),
        "yearly_limit": ("engagements", "limit"),
        "hours_limit": ("pledged", "limit"),
        "dates_apart": (),
        "condition_refused": ("condition",),
        "declined_before": (),
        "too_many_enquiries": ("open",),
        "nothing_it_lacks": (),
        "too_many_offices": ("offices", "most"),
        # Signals: why a pair fits.
        "skill_exact": ("slot", "what", "item"),
        "skill_alias": ("slot", "what", "item"),
        "skill_sibling": ("slot", "what", "item"),
        "skill_parent": ("slot", "what", "item"),
        "text_similar": ("slot", "what", "item"),
        "fields_shared": ("count", "fields"),
        "area_same_district": ("area",),
        "area_neighbour": ("need_area", "offer_area"),
        "area_same_municipality": ("area",),
        "area_same_prefecture": ("area",),
        "area_online": (),
        "area_reaches_anywhere": (),
        "time_overlaps": ("windows", "share"),
        "quantity_covered": ("share",),
        "condition_fits": ("condition",),
        "record_good": ("record",),
        "bridges_place_and_purpose": ("need_kind", "offer_kind"),
        "bridges_through_public_body": ("need_kind", "offer_kind"),
        # Teams: what a suggestion achieves as a whole.
        "team_covers": ("covered", "slots"),
        "team_bridges": (),
        "team_faint": (),
        "team_shares_slot": ("slot", "partners"),
        # Questions: what to ask where nothing is known.
        "ask_slots": (),
        "ask_area": (),
        "ask_fields": (),
        "ask_time": (),
        "ask_conditions": (),
        # Relaxations: what would have to give.
        "relax_area_neighbour": (),
        "relax_area_municipality": (),
        "relax_area_prefecture": (),
        "relax_area_anywhere": (),
        "relax_dates": (),
        "relax_windows": (),
        "relax_condition": ("condition",),
        "relax_hours": (),
        "relax_wait": (),
        "relax_slots": ("covered", "slots"),
    }
)
"""Every code that the engine can say, with the names of its parameters; `web` holds a sentence for each."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement about a pair, a team or a need.

    Parameters
    ----------
    code : str
        A key of `CODES`.
    params : Mapping[str, str | int | float]
        The values that the sentence needs, by the names that `CODES` lists.

    Raises
    ------
    ValueError
        When the code is not listed or the parameters are not those that it needs.

    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse a statement for which nobody would have a sentence."""
        if self.code not in CODES:
            message = f"{self.code!r} is not a code of the engine"
            raise ValueError(message)
        if set(self.params) != set(CODES[self.code]):
            message = f"{self.code!r} needs the parameters {CODES[self.code]}, not {tuple(self.params)}"
            raise ValueError(message)

    def to_json(self) -> dict[str, Any]:
        """Return the code and its parameters as plain JSON."""
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> "Reason":
        """Return the reason that `to_json` wrote."""
        return cls(code=json["code"], params=dict(json["params"]))
