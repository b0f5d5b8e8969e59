"""Reads of who is registered under a name."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_
from sqlalchemy.orm import Session

from models import Participant
from models.search import fold

MOST_SUGGESTED: Final = 300
MOST_MEANT: Final = 12


def _nobody(typed: str) -> Sequence[Participant]:
    del typed
    return ()


@dataclass(frozen=True, slots=True)
class Register:
    """Among whom somebody can be chosen: the first of them, and how the others are found."""

    listed: Sequence[Participant] = ()
    seek: Callable[[str], Sequence[Participant]] = _nobody


def register(session: Session, among: Select[Participant]) -> Register:
    """Return the first of those who can be chosen, in the order in which they are asked for, and how to find others."""
    return Register(session.scalars(among.limit(MOST_SUGGESTED)).all(), partial(meant_by, session, among))


def meant_by(session: Session, among: Select[Participant], typed: str) -> Sequence[Participant]:
    """Return whom an id, a name or a part of a name means; who is called just that is meant alone.

    White space does not matter.
    """
    with suppress(ValueError):
        return session.scalars(among.where(Participant.id == UUID(typed))).all()
    words = "".join(typed.split())
    if not words:
        return ()
    names = (func.replace(column, " ", "") for column in (Participant.name, Participant.reading))
    fitting = session.scalars(
        among.where(or_(*(name.contains(words, autoescape=True) for name in names))).limit(MOST_MEANT)
    ).all()
    return [one for one in fitting if fold(one.name) == fold(typed)] or fitting
