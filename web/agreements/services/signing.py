"""Signing: every party for itself under the latest version, here or on paper; the last one brings it into force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from models import Account, AgreementVersion, ConsentChannel, NewsKind, Party, Role, Scan, Stage
from models.errors import AgreementIncomplete, IllegalMove, NotAllowed
from models.principles import examine
from models.years import town_day
from web.agreements import queries
from web.news import services as news
from web.partnerships.queries import lock_partnership

BEGINNINGS: Final = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that somebody signed, as it came from the scanner or the camera."""

    content: bytes

    @property
    def media_type(self) -> str | None:
        """Return what the file is, by its own beginning and not by its name, or None where it is nothing we keep."""
        return next((kind for start, kind in BEGINNINGS.items() if self.content.startswith(start)), None)


def sign(
    session: Session, version: AgreementVersion, party: Party, *, name: str, capacity: str, by: Account, at: datetime
) -> None:
    """Sign a version for a party that the account speaks for."""
    if not by.represents(party.participant_id):
        raise NotAllowed("every party signs for itself")
    _sign(session, version, party, name=name, capacity=capacity, by=by, at=at, scan=None)


def sign_on_paper(
    session: Session,
    version: AgreementVersion,
    party: Party,
    *,
    name: str,
    capacity: str,
    paper: Paper,
    by: Account,
    at: datetime,
) -> None:
    """Enter the signature that a party gave on paper, with its scan, as a coordinator of the place."""
    if not by.covers(Role.COORDINATOR, version.partnership.need.area.path):
        raise NotAllowed("papers are entered by a coordinator of the place")
    scan = Scan(party=party, media_type=paper.media_type or "", size=len(paper.content), content=paper.content)
    session.add(scan)
    _sign(session, version, party, name=name, capacity=capacity, by=by, at=at, scan=scan)


def _sign(
    session: Session,
    version: AgreementVersion,
    party: Party,
    *,
    name: str,
    capacity: str,
    by: Account,
    at: datetime,
    scan: Scan | None,
) -> None:
    """Note a signature; the last one brings the version into force, and on its first day the work begins."""
    partnership = version.partnership
    lock_partnership(session, partnership)
    session.refresh(version, ["signatures"])
    latest = queries.latest_number(session, partnership)
    if version.number == latest:
        _check_holds(session, version, at=at)
    version.sign(
        party,
        name=name,
        capacity=capacity,
        by=by,
        at=at,
        latest=latest,
        channel=ConsentChannel.WEB if scan is None else ConsentChannel.PAPER,
        scan=scan,
    )
    news.tell(session, partnership, NewsKind.SIGNED, by=by, at=at)
    if version.unsigned_by(partnership.present):
        return
    starts_on, ends_on, evaluation_on = version.starts_on, version.ends_on, version.evaluation_on
    if starts_on is None or ends_on is None:
        raise AgreementIncomplete("an agreement has a beginning and an end")
    partnership.agree(
        version.number,
        starts_on=starts_on,
        ends_on=ends_on,
        evaluation_on=evaluation_on or ends_on,
        by=by,
        at=at,
    )
    if partnership.stage is Stage.AGREED and starts_on <= town_day(at):
        partnership.move_to(Stage.RUNNING, by=by, at=at)
        news.tell(session, partnership, NewsKind.STARTED, by=None, at=at)


def _check_holds(session: Session, version: AgreementVersion, *, at: datetime) -> None:
    """Refuse a version that misses what a principle asks for, or whose end has passed."""
    partnership = version.partnership
    principles = queries.principles_of(session, partnership.municipality_id)
    unmet = [one for one in examine(principles, version, partnership.present) if not one.is_met]
    if unmet:
        raise AgreementIncomplete(", ".join(finding.principle.code for finding in unmet))
    if version.starts_on is None or version.ends_on is None:
        raise AgreementIncomplete("whatever the principles ask for, an agreement has a beginning and an end")
    if version.ends_on < town_day(at):
        raise IllegalMove("the last day of this agreement has passed")
