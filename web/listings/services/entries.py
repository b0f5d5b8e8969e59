"""What one row of a sheet says, and why a row cannot be taken."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from models import Condition, ParticipantKind, SmallRole
from web.listings import queries
from web.listings.services.pieces import Piece

DIGEST_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row, or with no row a whole file, cannot be taken; the door puts it into words."""

    row: int | None
    column: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a sheet, understood: a need or an offer of a body that a sheet names."""

    row: int
    owner: str
    kind: ParticipantKind
    municipality: str = ""
    district: str = ""
    title: str
    body: str = ""
    source: str = ""
    fields: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    welcomes: tuple[SmallRole, ...] = ()
    pieces: tuple[Piece, ...]

    def identity(self, model: queries.ListingModel) -> str:
        """Return what stays the same when the row is changed: source, participant, title and place."""
        return digest(
            model.__name__, self.source, self.owner, self.kind.value, self.title, self.municipality, self.district
        )

    @property
    def content(self) -> str:
        """Return a digest of all that the row says."""
        pieces = [(piece.kind.value, piece.what, piece.quantity, piece.unit) for piece in self.pieces]
        conditions = [condition.value for condition in self.conditions]
        said = [repr([welcome.value for welcome in self.welcomes])] if self.welcomes else []
        return digest(self.body, repr(self.fields), repr(conditions), repr(pieces), *said)


def digest(*parts: str) -> str:
    """Return a short digest of the parts in their order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:DIGEST_LENGTH]
