"""Teams that were put together for several needs at once, written down as suggestions of a run of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from matching import OfferProfile, SuggestionResult, Taxonomy, Weights
from models import Area, MatchingRun, Need, Suggestion
from web.suggestions.services.publish import weight_set, write
from web.suggestions.services.rows import Rows


def suggest_together(
    session: Session,
    teams: Sequence[tuple[Need, SuggestionResult]],
    offers: Mapping[str, OfferProfile],
    *,
    weights: Weights,
    taxonomy: Taxonomy,
    at: datetime,
) -> list[Suggestion]:
    """Return a suggestion for each need, to be decided at once.

    Their runs replace nothing that is shown: they are over when they begin.
    """
    known = weight_set(session, weights)
    runs: dict[Area, MatchingRun] = {}
    for need, _ in teams:
        if need.municipality not in runs:
            run = MatchingRun(
                municipality=need.municipality, weight_set=known, started_at=at, taxonomy_version=taxonomy.fingerprint
            )
            run.publish(needs=len(teams), offers=len(offers), at=at)
            run.supersede()
            runs[need.municipality] = run
    session.add_all(runs.values())
    session.flush()
    rows = Rows()
    written = [rows.add(runs[need.municipality], need.id, result, offers, rank=result.rank) for need, result in teams]
    write(session, rows)
    found = session.scalars(
        select(Suggestion).where(Suggestion.id.in_(written)).options(lazyload(Suggestion.approvals))
    )
    by_id = {suggestion.id: suggestion for suggestion in found}
    return [by_id[identity] for identity in written]
