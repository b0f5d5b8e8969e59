"""Versions of agreements: the latest, the one in force, what the principles miss, and what a first draft knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from models import (
    Account,
    AgreementVersion,
    Area,
    Enquiry,
    FormChoice,
    MatchingTable,
    NeedOutcome,
    Partnership,
    Party,
    Principle,
    PrincipleChoice,
    PrincipleSet,
    Reply,
    Side,
    lies_under,
)
from models.principles import NINE, Finding, examine


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an agreement is: its latest version, the one in force, what it misses, who has not signed."""

    latest: AgreementVersion | None
    in_force: int | None
    findings: Sequence[Finding]
    unsigned: Sequence[Party]

    @property
    def unmet(self) -> Sequence[Finding]:
        """Return the principles that the latest version does not keep yet."""
        return [finding for finding in self.findings if not finding.is_met]

    @property
    def may_be_signed(self) -> bool:
        """Tell whether the latest version keeps every principle."""
        return self.latest is not None and not self.unmet

    def lets_sign(self, version: AgreementVersion) -> bool:
        """Tell whether this version is the latest and keeps every principle."""
        return version is self.latest and self.may_be_signed


def standing(session: Session, partnership: Partnership) -> Standing:
    """Return how far the agreement of a partnership is."""
    latest = latest_version(session, partnership)
    parties = partnership.present
    return Standing(
        latest=latest,
        in_force=partnership.agreed_version,
        findings=_findings(session, latest, parties),
        unsigned=parties if latest is None else latest.unsigned_by(parties),
    )


def _findings(session: Session, version: AgreementVersion | None, parties: Sequence[Party]) -> Sequence[Finding]:
    if version is None:
        return []
    return examine(principles_of(session, version.partnership.municipality_id), version, parties)


def versions_of(session: Session, partnership: Partnership) -> Sequence[AgreementVersion]:
    """Return every version, the newest first, with who wrote it and without its parts."""
    return session.scalars(
        select(AgreementVersion)
        .where(AgreementVersion.partnership_id == partnership.id)
        .options(
            joinedload(AgreementVersion.written_by).options(
                lazyload(Account.memberships), lazyload(Account.appointments)
            ),
            lazyload(AgreementVersion.terms),
            lazyload(AgreementVersion.signatures),
        )
        .order_by(AgreementVersion.number.desc())
    ).all()


def latest_number(session: Session, partnership: Partnership) -> int:
    """Return the number of the latest version, 0 where nothing was written yet."""
    statement = select(func.max(AgreementVersion.number)).where(AgreementVersion.partnership_id == partnership.id)
    return session.scalar(statement) or 0


def latest_version(session: Session, partnership: Partnership) -> AgreementVersion | None:
    """Return the latest version as a whole."""
    return _whole(session, partnership, select(AgreementVersion).order_by(AgreementVersion.number.desc()).limit(1))


def numbered_version(session: Session, partnership: Partnership, number: int) -> AgreementVersion | None:
    """Return one version as a whole."""
    return _whole(session, partnership, select(AgreementVersion).where(AgreementVersion.number == number))


def _whole(session: Session, partnership: Partnership, statement: Select[AgreementVersion]) -> AgreementVersion | None:
    """Return a version of a partnership with its parts and signatures, ready to be shown or written out."""
    return session.scalars(
        statement.where(AgreementVersion.partnership_id == partnership.id)
        .options(selectinload(AgreementVersion.terms), selectinload(AgreementVersion.signatures))
        .execution_options(populate_existing=True)
    ).one_or_none()


def principles_of(session: Session, municipality_id: UUID) -> Sequence[Principle]:
    """Return the principles that hold in a municipality, in their order: those it chose, or else the nine."""
    chosen = select(PrincipleChoice.set_id).where(PrincipleChoice.municipality_id == municipality_id).scalar_subquery()
    nine = select(PrincipleSet.id).where(PrincipleSet.code == NINE).scalar_subquery()
    return session.scalars(
        select(Principle)
        .where(Principle.set_id == func.coalesce(chosen, nine))
        .order_by(Principle.position, Principle.id)
    ).all()


def principle_sets(session: Session) -> Sequence[PrincipleSet]:
    """Return the sets that a municipality chooses from."""
    return session.scalars(select(PrincipleSet).order_by(PrincipleSet.code.desc())).all()


def principles_chosen(session: Session, paths: list[str]) -> dict[Area, PrincipleSet | None]:
    """Return the municipalities in the named places, each with the set it chose, if it chose one."""
    rows = session.execute(
        select(Area, PrincipleSet)
        .outerjoin(PrincipleChoice, PrincipleChoice.municipality_id == Area.id)
        .outerjoin(PrincipleSet, PrincipleChoice.set_id == PrincipleSet.id)
        .where(Area.level == "municipality", lies_under(paths))
        .order_by(Area.path)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Known:
    """What the application knows before anybody writes: from the need, the promises, the meeting, and the search."""

    partnership: Partnership
    table: MatchingTable | None
    choice: FormChoice | None
    candidates: int | None
    asked: int
    declined: int


def drafted_from(session: Session, partnership: Partnership) -> Known:
    """Return what a first draft of the agreement is made from, in two questions to the database."""
    table, choice = session.execute(
        select(MatchingTable, FormChoice)
        .select_from(Partnership)
        .outerjoin(MatchingTable, MatchingTable.partnership_id == Partnership.id)
        .outerjoin(FormChoice, FormChoice.partnership_id == Partnership.id)
        .where(Partnership.id == partnership.id)
        .options(lazyload(MatchingTable.dates))
    ).one()
    candidates = (
        select(NeedOutcome.candidates)
        .where(NeedOutcome.need_id == partnership.need_id)
        .order_by(NeedOutcome.created_at.desc(), NeedOutcome.id)
        .limit(1)
        .scalar_subquery()
    )
    found, asked, declined = session.execute(
        select(candidates, func.count(), func.count().filter(Enquiry.reply == Reply.NO))
        .select_from(Enquiry)
        .join(Party, Enquiry.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Partnership.need_id == partnership.need_id, Party.side == Side.PROVIDER)
    ).one()
    return Known(partnership, table, choice, found, asked, declined)
