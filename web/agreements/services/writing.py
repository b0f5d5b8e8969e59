"""Writing an agreement: every change is a new version, made from the one that the writer had before them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    AgreementVersion,
    Area,
    NewsKind,
    Partnership,
    Party,
    PartyTerms,
    PrincipleChoice,
    PrincipleSet,
)
from models.agreements import DRAFTED_IN
from models.errors import IllegalMove, StaleVersion
from web.agreements import queries
from web.news import services as news
from web.partnerships.queries import lock_partnership

CLAUSES: Final = (
    "title", "problem", "purpose", "activity", "form", "goal", "goal_measure", "goal_due_on", "starts_on", "ends_on",
    "cost", "information", "public_summary", "private_reason", "opportunity", "change_terms", "results",
    "personal_data", "evaluation_on", "evaluation_measure",
)  # fmt: skip
OF_A_PARTY: Final = (
    "leads", "role", "duty", "benefit", "burden", "benefit_weight", "burden_weight", "may_change", "to_keep",
)  # fmt: skip


def write(
    session: Session,
    partnership: Partnership,
    *,
    clauses: Mapping[str, Any],
    of_parties: Mapping[UUID, Mapping[str, Any]],
    based_on: int,
    by: Account,
    at: datetime,
) -> AgreementVersion:
    """Write the next version: what is named is new, everything else stays as it was.

    A version that says the same as the one before is not written.

    Raises
    ------
    StaleVersion
        Somebody wrote another version since the writer began.
    IllegalMove
        The partnership is in a stage in which no agreement is written.
    InvalidValue
        The dates contradict each other.

    """
    lock_partnership(session, partnership)
    if partnership.stage not in DRAFTED_IN:
        raise IllegalMove(f"no agreement is written while the partnership is {partnership.stage}")
    before = queries.latest_version(session, partnership)
    if (before.number if before else 0) != based_on:
        raise StaleVersion(f"version {based_on} was changed, but there is a later one")
    said = {name: getattr(before, name) for name in CLAUSES} if before else {"title": partnership.title}
    said |= {name: value for name, value in clauses.items() if name in CLAUSES}
    terms = [_terms(party, before, of_parties.get(party.id, {})) for party in partnership.present]
    if before is not None and _says_the_same(before, said, terms):
        return before
    version = AgreementVersion(
        partnership=partnership, number=based_on + 1, written_by=by, written_at=at, terms=terms, **said
    )
    session.add(version)
    partnership.begin_drafting(by=by, at=at)
    news.tell(session, partnership, NewsKind.VERSION_WRITTEN, by=by, at=at)
    return version


def choose_principles(session: Session, municipality: Area, chosen: PrincipleSet, *, by: Account, at: datetime) -> None:
    """Let another set of principles hold in a municipality, for every agreement that is signed from now on."""
    choice = session.scalars(
        select(PrincipleChoice).where(PrincipleChoice.municipality_id == municipality.id)
    ).one_or_none()
    if choice is None:
        session.add(PrincipleChoice(municipality=municipality, principle_set=chosen, chosen_at=at, chosen_by=by))
    else:
        choice.principle_set, choice.chosen_at, choice.chosen_by = chosen, at, by


def _terms(party: Party, before: AgreementVersion | None, said: Mapping[str, Any]) -> PartyTerms:
    known = before.terms_of(party) if before else None
    kept = {name: getattr(known, name) for name in OF_A_PARTY} if known else {"leads": party.leads}
    kept |= {name: value for name, value in said.items() if name in OF_A_PARTY}
    return PartyTerms(party=party, position=party.position, name=party.participant.name, **kept)


def _says_the_same(before: AgreementVersion, said: Mapping[str, Any], terms: list[PartyTerms]) -> bool:
    if any(getattr(before, name) != value for name, value in said.items()):
        return False
    known = [(one.party_id, *(getattr(one, name) for name in ("name", *OF_A_PARTY))) for one in before.terms]
    return known == [(one.party.id, *(getattr(one, name) for name in ("name", *OF_A_PARTY))) for one in terms]
