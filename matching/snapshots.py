"""Profiles as plain JSON and back, so that a run can be replayed from what it was told."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from matching.profiles import Geography, ItemProfile, NeedProfile, OfferProfile, SlotProfile, Taxonomy, Weights

Profile: TypeAlias = NeedProfile | OfferProfile | SlotProfile | ItemProfile | Geography | Taxonomy | Weights

_TYPES: Final[Mapping[str, type[Profile]]] = MappingProxyType(
    {
        profile.__name__: profile
        for profile in (NeedProfile, OfferProfile, SlotProfile, ItemProfile, Geography, Taxonomy, Weights)
    }
)


def to_json(profile: Profile) -> dict[str, Any]:
    """Return a profile as plain JSON, the same profile always the same JSON.

    Parameters
    ----------
    profile : NeedProfile, OfferProfile, SlotProfile, ItemProfile, Geography, Taxonomy or Weights
        What is to be kept.

    Returns
    -------
    dict[str, Any]
        Its fields and, under `type`, which of them it is.

    """
    encoded = {entry.name: _encode(getattr(profile, entry.name)) for entry in fields(profile)}
    return {"type": type(profile).__name__, **encoded}


def from_json(json: Mapping[str, Any]) -> Profile:
    """Return the profile that `to_json` wrote.

    Parameters
    ----------
    json : Mapping[str, Any]
        Plain JSON; a field that is missing takes its default.

    Returns
    -------
    NeedProfile, OfferProfile, SlotProfile, ItemProfile, Geography, Taxonomy or Weights
        An equal profile.

    Raises
    ------
    ValueError
        When the type is unknown.

    """
    kind = _TYPES.get(json.get("type", ""))
    if kind is None:
        message = f"{json.get('type')!r} is not a type of profile"
        raise ValueError(message)
    return kind(**{name: _decode(name, value) for name, value in json.items() if name != "type"})


def need_from_json(json: Mapping[str, Any]) -> NeedProfile:
    """Return the need that `to_json` wrote, and refuse any other profile."""
    profile = from_json(json)
    if not isinstance(profile, NeedProfile):
        raise TypeError("the snapshot holds no need")
    return profile


def offer_from_json(json: Mapping[str, Any]) -> OfferProfile:
    """Return the offer that `to_json` wrote, and refuse any other profile."""
    profile = from_json(json)
    if not isinstance(profile, OfferProfile):
        raise TypeError("the snapshot holds no offer")
    return profile


def weights_from_json(json: Mapping[str, Any]) -> Weights:
    """Return the weights that `to_json` wrote, and refuse any other profile."""
    profile = from_json(json)
    if not isinstance(profile, Weights):
        raise TypeError("the snapshot holds no weights")
    return profile


def _encode(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(list(entry) if isinstance(entry, tuple) else entry for entry in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [to_json(entry) if isinstance(entry, SlotProfile | ItemProfile) else entry for entry in value]
    if isinstance(value, Mapping):
        return {key: _encode(entry) for key, entry in sorted(value.items())}
    return value


_DECODERS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "slots": lambda value: tuple(map(from_json, value)),
        "items": lambda value: tuple(map(from_json, value)),
        "fields": frozenset,
        "windows": frozenset,
        "accepts": frozenset,
        "declined_by": frozenset,
        "consents": frozenset,
        "starts_on": date.fromisoformat,
        "ends_on": date.fromisoformat,
        "neighbours": lambda value: frozenset(map(tuple, value)),
        "aliases": lambda value: {skill: tuple(forms) for skill, forms in value.items()},
    }
)


def _decode(name: str, value: Any) -> Any:
    return value if value is None or name not in _DECODERS else _DECODERS[name](value)
