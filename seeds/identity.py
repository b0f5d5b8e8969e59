"""Ids that follow from what a row is called, so that links and pictures of the town stay the same everywhere."""

from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID, uuid5

from models.base import Base

NAMESPACE: Final = UUID("6b0f3c52-97c4-4a53-8f0e-2a1d5c9e7b40")

RowT = TypeVar("RowT", bound=Base)


def identified(row: RowT, *key: str, at: datetime | None = None) -> RowT:
    """Return the row with the id of its table and key, and with the moment it was written where one is told."""
    row.id = uuid5(NAMESPACE, "/".join((row.__tablename__, *key)))
    if at is not None:
        row.created_at = at
    return row
