"""Which needs a participant is shown, and in which order in each round."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.participants import Participant
from models.suggestions import MatchingRun


class NeedsShown(Base, kw_only=True):
    """The needs that one run found for one participant, computed for the market as a whole.

    `needs` holds for each need its id, the id of the participant's offer that fits it, the score or
    nothing, and the confidence; `rounds` holds for each round positions in `needs` in the order of
    the page.
    """

    __tablename__ = "needs_shown"
    __table_args__ = (UniqueConstraint("run_id", "participant_id", name="a_run_shows_a_participant_one_list"),)

    needs: Mapped[list[Any]]
    rounds: Mapped[list[Any]]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("matching_runs.id", ondelete="CASCADE"), init=False)
    participant_id: Mapped[UUID] = mapped_column(
        ForeignKey("participants.id", ondelete="CASCADE"), index=True, init=False
    )

    run: Mapped[MatchingRun] = relationship()
    participant: Mapped[Participant] = relationship()
