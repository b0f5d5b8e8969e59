"""The needs of a place for which nobody was found."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Need, NeedOutcome, Participant
from models.suggestions import published_runs
from web.area_profiles.queries.counts import is_listed
from web.area_profiles.queries.places import Place

MOST_UNMET: Final = 8


def unmet_needs(session: Session, place: Place) -> Sequence[Need]:
    """Return the first of the open needs for which the last run found nobody, the longest open first."""
    nobody = (
        select(NeedOutcome.id)
        .where(NeedOutcome.need_id == Need.id, NeedOutcome.candidates == 0, NeedOutcome.run_id.in_(published_runs()))
        .exists()
    )
    return session.scalars(
        select(Need)
        .join(Participant, Need.participant_id == Participant.id)
        .where(*is_listed(place.ids), nobody)
        .options(joinedload(Need.area))
        .order_by(Need.opened_at, Need.id)
        .limit(MOST_UNMET)
    ).all()
