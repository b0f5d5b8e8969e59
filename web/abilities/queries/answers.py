"""What somebody answered: what they can do, when, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from models import Offer, Reach, Times, Window

MOST_THINGS: Final = 6
LONGEST_THING: Final = 40


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody can do, when and where; what was left open is not known."""

    can: tuple[str, ...] = ()
    """Codes of skills."""
    also: tuple[str, ...] = ()
    """What they can do in their own words."""
    when: tuple[Times, ...] = ()
    area: str = ""
    """Path of their place."""
    near: bool = False
    """Whether they stay in their own district."""
    online: bool = False
    """Whether they help from home, too."""
    offer: UUID | None = None
    """Id of the offer that these answers change."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was named that they can do."""
        return not self.can and not self.also

    @property
    def windows(self) -> list[Window] | None:
        """Return the parts of the week, or None where nobody said."""
        return [window for times in self.when for window in times.windows] or None

    @property
    def reach(self) -> Reach:
        """Return how far from their place they come."""
        return Reach.DISTRICT if self.near else Reach.MUNICIPALITY

    @property
    def farther(self) -> "Answers":
        """Return the same answers of somebody who leaves their district."""
        return replace(self, near=False)

    @property
    def from_home(self) -> "Answers":
        """Return the same answers of somebody who helps from home, too."""
        return replace(self, online=True)

    def parameters(self) -> dict[str, Any]:
        """Return the answers as the parameters of an address, and as what a draft keeps."""
        said = {
            "can": list(self.can),
            "also": "、".join(self.also),
            "when": [times.value for times in self.when],
            "area": self.area,
            "near": "1" if self.near else "",
            "online": "1" if self.online else "",
            "offer": str(self.offer or ""),
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def of(cls, offer: Offer) -> "Answers":
        """Return the answers that an offer stands for, to be changed in the same three taps."""
        kept = set(offer.windows or ())
        return cls(
            can=tuple(item.skill.code for item in offer.items if item.skill is not None),
            also=tuple(item.what for item in offer.items if item.skill is None),
            when=tuple(times for times in Times if kept.intersection(times.windows)),
            area=offer.area.path,
            near=offer.reach is Reach.DISTRICT,
            online=offer.online is True,
            offer=offer.id,
        )


def things(text: str) -> tuple[str, ...]:
    """Return what is enumerated in a line, each thing once."""
    for separator in ",，､;；/／\n":
        text = text.replace(separator, "、")
    parts: Sequence[str] = [" ".join(part.split())[:LONGEST_THING] for part in text.split("、")]
    return tuple(dict.fromkeys(part for part in parts if part))


def kept(content: Mapping[str, Any]) -> Answers:
    """Return the answers that a draft keeps."""
    known = {times.value for times in Times}
    return Answers(
        can=tuple(content.get("can", ())),
        also=things(content.get("also", "")),
        when=tuple(Times(value) for value in content.get("when", ()) if value in known),
        area=content.get("area", ""),
        near=bool(content.get("near")),
        online=bool(content.get("online")),
    )
