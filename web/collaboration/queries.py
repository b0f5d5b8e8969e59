"""Reads of the form that a partnership chose."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models import Account, CollaborationForm, FormChoice, Partnership, Role, Stage
from web.participants.queries import SeenParticipant, seen_by

OPEN_TO_CHOICE: Final = frozenset({Stage.ACCEPTED, Stage.DRAFTING})


@dataclass(frozen=True, slots=True)
class SeenChoice:
    """What was chosen, as far as the reader may see by whom: a party as it is seen, or the name of a coordinator."""

    form: CollaborationForm
    at: datetime
    party: SeenParticipant | None
    coordinator: str | None
    ranked: tuple[CollaborationForm, ...]
    departure_reason: str


def may_choose(partnership: Partnership) -> bool:
    """Tell whether the form can still be chosen: all said yes, and nobody signed the whole of it yet."""
    return partnership.stage in OPEN_TO_CHOICE


def choice_of(session: Session, partnership: Partnership) -> FormChoice | None:
    """Return the form that the partnership chose last, with whoever chose it."""
    chooser = joinedload(FormChoice.chosen_by).lazyload(Account.appointments)
    return session.scalar(_choices_of(partnership).options(chooser))


def choice_now(session: Session, partnership: Partnership) -> FormChoice | None:
    """Return the same as it stands in the database at this moment, to be changed."""
    return session.scalar(_choices_of(partnership).execution_options(populate_existing=True))


def seen_choice(choice: FormChoice, reader: Account) -> SeenChoice:
    """Return a choice with as much of whoever made it as the reader may see."""
    by, partnership = choice.chosen_by, choice.partnership
    party = next((one for one in partnership.parties if by is not None and by.represents(one.participant_id)), None)
    is_coordinators = party is None and by is not None and by.covers(Role.COORDINATOR, partnership.need.area.path)
    return SeenChoice(
        form=choice.form,
        at=choice.chosen_at,
        party=None if party is None else seen_by(reader, party.participant, partnership=partnership),
        coordinator=by.name if by is not None and is_coordinators else None,
        ranked=tuple(CollaborationForm(one) for one in choice.ranked),
        departure_reason=choice.departure_reason,
    )


def _choices_of(partnership: Partnership) -> Select[FormChoice]:
    return select(FormChoice).where(FormChoice.partnership_id == partnership.id)
