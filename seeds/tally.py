"""What a loading did: how many rows it added, changed and found as they should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from models.base import Base

RowT = TypeVar("RowT", bound=Base)


@dataclass(slots=True)
class Tally:
    """A running count, kept while rows are compared with the sheets."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def add(self, session: Session, row: RowT) -> RowT:
        """Put a new row into the session and count it."""
        session.add(row)
        self.added += 1
        return row

    def update(self, row: Base, values: Mapping[str, Any]) -> None:
        """Write the values that differ, and only those."""
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in different.items():
            setattr(row, name, value)
        if different:
            self.changed += 1
        else:
            self.unchanged += 1
