"""What the engine is told: needs, offers, places, skills and weights as frozen dataclasses."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Final

from matching.geography import Geography
from matching.names import skill_keys

__all__ = [
    "CONDITIONS",
    "COUNCIL_SEAT",
    "KINDS",
    "LECTURER",
    "PURPOSES",
    "REACHES",
    "Geography",
    "ItemProfile",
    "NeedProfile",
    "OfferProfile",
    "SlotProfile",
    "Taxonomy",
    "Weights",
]

KINDS: Final = ("people", "goods", "money", "place", "information", "service")
CONDITIONS: Final = ("free", "transfer", "loan", "at_cost", "paid")
COUNCIL_SEAT: Final = "council_seat"
LECTURER: Final = "lecturer"
PURPOSES: Final = ("projects", LECTURER, COUNCIL_SEAT)
REACHES: Final = ("district", "municipality", "prefecture", "anywhere")


def _check_one_of(value: str | None, allowed: tuple[str, ...], subject: str) -> None:
    if value is not None and value not in allowed:
        message = f"{subject} must be one of {', '.join(allowed)}, not {value!r}"
        raise ValueError(message)


def _check_quantity(quantity: int) -> None:
    if quantity < 0:
        raise ValueError("a quantity cannot be negative")


@dataclass(frozen=True, slots=True)
class SlotProfile:
    """One thing that a need lacks.

    Parameters
    ----------
    id : str
        Identity of the slot.
    kind : str
        One of `KINDS`.
    what : str
        What is lacking, in the words of the need.
    quantity : int
        How much of it is still open, at least 0.
    skill : str or None
        The skill that is meant, None where it was not chosen from the taxonomy.
    weight : float
        How important the slot is beside the others, more than 0.
    hours_per_month : float or None
        The hours that filling it takes, None where that was not said.

    Raises
    ------
    ValueError
        When the kind is unknown, the quantity negative or the weight not positive.

    """

    id: str
    kind: str
    what: str
    quantity: int
    skill: str | None = None
    weight: float = 1.0
    hours_per_month: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a slot."""
        _check_one_of(self.kind, KINDS, "a kind of resource")
        _check_quantity(self.quantity)
        if not self.weight > 0.0:
            raise ValueError("the weight of a slot must be positive")


@dataclass(frozen=True, slots=True)
class ItemProfile:
    """One thing that an offer gives.

    Parameters
    ----------
    id : str
        Identity of the item.
    kind : str
        One of `KINDS`.
    what : str
        What is given, in the words of the offer.
    quantity : int
        How much of it is free now, at least 0.
    skill : str or None
        The skill that is meant, None where it was not chosen from the taxonomy.

    Raises
    ------
    ValueError
        When the kind is unknown or the quantity negative.

    """

    id: str
    kind: str
    what: str
    quantity: int
    skill: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be an item."""
        _check_one_of(self.kind, KINDS, "a kind of resource")
        _check_quantity(self.quantity)


@dataclass(frozen=True, slots=True)
class NeedProfile:
    """A need as the engine sees it; age, gender and generation have no place in it.

    Parameters
    ----------
    id, owner : str
        Identity of the need and of the participant that has it.
    owner_kind : str
        Kind of that participant, for example `neighborhood_association`.
    title, text : str
        Its own words.
    area : str or None
        Dotted path of the finest place known, None or a bare country where it is not known.
    slots : tuple[SlotProfile, ...]
        What it lacks; empty where that was not said yet.
    fields : frozenset[str]
        Codes of its activity fields, empty where they are not known.
    windows : frozenset[str] or None
        Codes of the times of the week such as `sat_am`, None where they are not known.
    starts_on, ends_on : datetime.date or None
        First and last day, None where that end is open.
    accepts : frozenset[str] or None
        Those of `CONDITIONS` that it can take, None where that is not known.
    online : bool or None
        Whether help from a distance is possible, None where that is not known.
    is_open : bool
        Whether it still looks for partners.
    declined_by : frozenset[str]
        Ids of the participants or of the offers that have said no to it.
    purpose : str
        For which of `PURPOSES` somebody is sought: a person consents to each by itself.
    most_offices : int or None
        Who holds so many offices or more is not asked, None where that does not count.
    version : int
        Version of the row that the profile was read from.

    Raises
    ------
    ValueError
        When it accepts a condition, or has a purpose, that does not exist.

    """

    id: str
    owner: str
    owner_kind: str
    title: str
    text: str
    area: str | None
    slots: tuple[SlotProfile, ...]
    fields: frozenset[str] = frozenset()
    windows: frozenset[str] | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    accepts: frozenset[str] | None = None
    online: bool | None = None
    is_open: bool = True
    declined_by: frozenset[str] = frozenset()
    purpose: str = PURPOSES[0]
    most_offices: int | None = None
    version: int = 1

    def __post_init__(self) -> None:
        """Refuse conditions and purposes that do not exist."""
        _check_one_of(self.purpose, PURPOSES, "a purpose")
        for condition in self.accepts or ():
            _check_one_of(condition, CONDITIONS, "a condition")

    @property
    def open_slots(self) -> tuple[SlotProfile, ...]:
        """The slots of which something is still lacking."""
        return tuple(slot for slot in self.slots if slot.quantity > 0)


@dataclass(frozen=True, slots=True)
class OfferProfile:
    """An offer as the engine sees it; age, gender and generation have no place in it.

    Parameters
    ----------
    id, owner, owner_kind, title, text, area, fields, windows, starts_on, ends_on, is_open, version
        As in `NeedProfile`.
    items : tuple[ItemProfile, ...]
        What it gives; empty where that was not said yet.
    condition : str or None
        One of `CONDITIONS`, None where it is not known.
    reach : str
        How far it serves from its area, one of `REACHES`.
    online : bool or None
        Whether it can be given from a distance, None where that is not known.
    consented : bool
        Whether its owner may be suggested for projects: a body, or a person who agreed to that.
    consents : frozenset[str]
        To which other purposes its owner, a person, agreed: `lecturer`, `council_seat`.
    engagements : int
        Partnerships under way, at least 0.
    engagement_limit : int or None
        The tighter of the owner's and the offer's own limit, None where there is none.
    yearly_engagements : int
        Partnerships of the present fiscal year, at least 0.
    yearly_limit : int or None
        How many of them the offer serves in a fiscal year, None where there is no limit.
    hours_pledged : float
        Hours a month already promised, those of offices held among them, at least 0.
    hours_limit : float or None
        Hours a month that the owner wants to give at most, None where there is no limit.
    offices : int
        Offices that the owner holds now, at least 0; they burden like engagements.
    engagements_past_year : int
        Partnerships of the past twelve months, at least 0.
    open_enquiries : int
        Enquiries that wait for the owner's reply, at least 0.
    record : float or None
        How past partnerships went, in [0, 1], None where there were none.

    Raises
    ------
    ValueError
        When condition or reach do not exist or the record lies outside [0, 1].

    """

    id: str
    owner: str
    owner_kind: str
    title: str
    text: str
    area: str | None
    items: tuple[ItemProfile, ...]
    fields: frozenset[str] = frozenset()
    windows: frozenset[str] | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    condition: str | None = None
    reach: str = "municipality"
    online: bool | None = None
    is_open: bool = True
    consented: bool = True
    consents: frozenset[str] = frozenset()
    engagements: int = 0
    engagement_limit: int | None = None
    yearly_engagements: int = 0
    yearly_limit: int | None = None
    hours_pledged: float = 0.0
    hours_limit: float | None = None
    offices: int = 0
    engagements_past_year: int = 0
    open_enquiries: int = 0
    record: float | None = None
    version: int = 1

    @property
    def room(self) -> int | None:
        """How many partnerships more it can serve, the tighter of now and this year; None where there is no limit."""
        limits = ((self.engagements, self.engagement_limit), (self.yearly_engagements, self.yearly_limit))
        return min((limit - count for count, limit in limits if limit is not None), default=None)

    @property
    def words(self) -> str:
        """All that it says of itself: its title, its text and what it gives."""
        return " ".join([self.title, self.text, *(item.what for item in self.items)])

    def __post_init__(self) -> None:
        """Refuse what cannot be an offer."""
        _check_one_of(self.condition, CONDITIONS, "a condition")
        _check_one_of(self.reach, REACHES, "a reach")
        if self.record is not None and not 0.0 <= self.record <= 1.0:
            raise ValueError("a record lies between 0 and 1")


@dataclass(frozen=True)  # without slots, so that it remembers what is worked out from it
class Taxonomy:
    """Skills, what they are called, and which belong together.

    Parameters
    ----------
    parents : Mapping[str, str]
        Id of the parent of each skill that has one.
    aliases : Mapping[str, tuple[str, ...]]
        Other surface forms of each skill.
    names : Mapping[str, str]
        The name of each skill.

    """

    parents: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """The version of the list: the same for the same content, another for any other."""
        content = [sorted(self.names.items()), sorted(self.parents.items()), sorted(self.aliases.items())]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def surface_forms(self) -> Mapping[str, tuple[str, bool]]:
        """Return the skill behind each way of writing it, and whether that is only an alias.

        The keys are those of `matching.names.skill_key`: 「引越し」, 「引っ越し」 and 「ひっこし」 are one. A name wins
        over an alias, both win over how a name is read, and the smaller id where two skills share a form.
        """
        return self._forms

    @cached_property
    def _forms(self) -> Mapping[str, tuple[str, bool]]:
        named = [
            *((self.names[skill], skill, False) for skill in sorted(self.names)),
            *((alias, skill, True) for skill in sorted(self.aliases) for alias in self.aliases[skill]),
        ]
        forms: dict[str, tuple[str, bool]] = {}
        for keys in (slice(1), slice(None)):  # how each is written, and only then how it is read
            for form, skill, is_alias in named:
                for key in skill_keys(form)[keys]:
                    forms.setdefault(key, (skill, is_alias))
        return forms


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts; data, versioned, and changed only by a person.

    Parameters
    ----------
    version : int
        Which set of weights this is.
    skill, field, area, time, quantity, conditions, record, bridging : float
        Weight of the signal of that name, at least 0; together they are 1.

    Raises
    ------
    ValueError
        When a weight is negative or they do not add up to 1.

    """

    version: int = 1
    skill: float = 0.30
    field: float = 0.15
    area: float = 0.15
    time: float = 0.15
    quantity: float = 0.10
    conditions: float = 0.05
    record: float = 0.05
    bridging: float = 0.05

    def __post_init__(self) -> None:
        """Refuse weights that would make the score dishonest."""
        weights = self.as_mapping().values()
        if not all(weight >= 0.0 for weight in weights):
            raise ValueError("a weight cannot be negative")
        if not math.isclose(sum(weights), 1.0, abs_tol=1e-9):
            raise ValueError("the weights must add up to 1")

    def as_mapping(self) -> Mapping[str, float]:
        """Return the weight of each signal by its name, in the order of the signals."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "version"}
