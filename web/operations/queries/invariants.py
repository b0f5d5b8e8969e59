"""Every rule that must hold in the data at any moment, each as one question to the database.

A check returns what is wrong in sentences; an empty list means that the rule holds. Counters are
recounted from the rows that they stand for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, distinct, exists, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models import (
    Account,
    Area,
    AreaLevel,
    AuditEntry,
    Base,
    Charge,
    Commitment,
    Consent,
    ConsentPurpose,
    CouncilSeat,
    Enquiry,
    Job,
    JobState,
    LedgerEntry,
    LedgerLine,
    LedgerMove,
    MatchingRun,
    Membership,
    Merger,
    Need,
    Offer,
    OfferItem,
    OutboxMail,
    Participant,
    ParticipantKind,
    Partnership,
    Party,
    Reply,
    ResourceKind,
    Reveal,
    RunState,
    Side,
    Slot,
    Stage,
    StageChange,
    Suggestion,
    SuggestionApproval,
    SuggestionPartner,
    Verdict,
)
from models.audit import HIDDEN, NOT_RECORDED
from models.lifecycle import NEXT, OVER
from models.privacy import CATALOGUE, Privacy
from models.years import begins_at, fiscal_year, town_day
from web.charges.queries import without_keeper

SILENT_FOR: Final = timedelta(seconds=60)
LOOKED_BACK: Final = timedelta(days=7)
LEAST_CONFIDENCE: Final = 0.5
MOST_NAMED: Final = 3

Problems: TypeAlias = list[str]
Check: TypeAlias = Callable[[Session, datetime], Problems]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule as a sentence, and the question whether it holds."""

    sentence: str
    check: Check


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one rule holds, and what is wrong where it does not."""

    sentence: str
    problems: Sequence[str]

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.problems


def examine(session: Session, *, at: datetime) -> list[Finding]:
    """Ask every question."""
    return [Finding(invariant.sentence, invariant.check(session, at)) for invariant in INVARIANTS]


def _participants_count_their_engagements(session: Session, at: datetime) -> Problems:
    del at
    counted = (
        select(func.count(Party.id))
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(
            Party.participant_id == Participant.id,
            Party.side == Side.PROVIDER,
            Party.left_at.is_(None),
            Partnership.stage.not_in(OVER),
        )
        .correlate(Participant)
        .scalar_subquery()
    )
    return _miscounted(session, Participant.id, Participant.engagements, counted)


def _participants_count_their_open_enquiries(session: Session, at: datetime) -> Problems:
    del at
    counted = (
        select(func.count(Enquiry.id))
        .join(Party, Enquiry.party_id == Party.id)
        .where(Party.participant_id == Participant.id, Enquiry.reply.is_(None), Enquiry.released_at.is_(None))
        .correlate(Participant)
        .scalar_subquery()
    )
    return _miscounted(session, Participant.id, Participant.open_enquiries, counted)


def _offers_count_their_engagements(session: Session, at: datetime) -> Problems:
    del at
    counted = (
        select(func.count(distinct(Partnership.id)))
        .join(Party, Party.partnership_id == Partnership.id)
        .where(Party.offer_id == Offer.id, Party.left_at.is_(None), Partnership.stage.not_in(OVER))
        .correlate(Offer)
        .scalar_subquery()
    )
    return _miscounted(session, Offer.id, Offer.engagements, counted)


def _offers_count_their_year(session: Session, at: datetime) -> Problems:
    """Recount each offer in the fiscal year that its counter is of; one that counts no year has none to count."""
    present = fiscal_year(town_day(at))
    years = set(session.scalars(select(Offer.engagements_year).distinct())) | {None}
    problems: Problems = []
    for year in sorted(years, key=lambda year: year or 0):
        of_year = present if year is None else year
        counted = (
            select(func.count(distinct(Partnership.id)))
            .join(Party, Party.partnership_id == Partnership.id)
            .where(
                Party.offer_id == Offer.id,
                Partnership.proposed_at >= begins_at(of_year),
                Partnership.proposed_at < begins_at(of_year + 1),
                or_(Partnership.accepted_at.is_not(None), Partnership.stage == Stage.PROPOSED),
            )
            .correlate(Offer)
            .scalar_subquery()
        )
        counts_it = Offer.engagements_year.is_(None) if year is None else Offer.engagements_year == year
        problems += _miscounted(session, Offer.id, Offer.yearly_engagements, counted, among=counts_it)
    return problems


def _slots_count_what_was_promised(session: Session, at: datetime) -> Problems:
    del at
    counted = (
        select(func.coalesce(func.sum(Commitment.quantity), 0))
        .where(Commitment.slot_id == Slot.id, Commitment.released_at.is_(None))
        .correlate(Slot)
        .scalar_subquery()
    )
    return _miscounted(session, Slot.id, Slot.promised, counted)


def _items_count_what_was_promised(session: Session, at: datetime) -> Problems:
    del at
    counted = (
        select(func.coalesce(func.sum(Commitment.quantity), 0))
        .where(
            Commitment.item_id == OfferItem.id,
            Commitment.released_at.is_(None),
            OfferItem.kind != ResourceKind.INFORMATION,
            or_(OfferItem.kind != ResourceKind.PEOPLE, ~_is_a_persons_own()),
        )
        .correlate(OfferItem)
        .scalar_subquery()
    )
    return _miscounted(session, OfferItem.id, OfferItem.promised, counted)


def _is_a_persons_own() -> ColumnElement[bool]:
    """Return the condition that the item is offered by a person of the staff bank."""
    return exists(
        select(Offer.id)
        .join(Participant, Offer.participant_id == Participant.id)
        .where(Offer.id == OfferItem.offer_id, Participant.kind == ParticipantKind.RESIDENT)
        .correlate(OfferItem)
    )


def _promises_end_with_their_partnership(session: Session, at: datetime) -> Problems:
    del at
    return _rows(
        session,
        "commitment",
        select(Commitment.id)
        .join(Party, Commitment.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(or_(Partnership.stage.in_(OVER), Party.left_at.is_not(None)) != Commitment.released_at.is_not(None)),
    ) + _rows(
        session,
        "enquiry",
        select(Enquiry.id)
        .join(Party, Enquiry.party_id == Party.id)
        .join(Partnership, Party.partnership_id == Partnership.id)
        .where(Partnership.stage.in_(OVER), Enquiry.reply.is_(None), Enquiry.released_at.is_(None)),
    )


def _ledger_lines_count_their_entries(session: Session, at: datetime) -> Problems:
    del at
    problems: Problems = []
    for move in LedgerMove:
        amount = case((LedgerEntry.move == move, LedgerEntry.quantity), else_=0)
        problems += _miscounted(session, LedgerLine.id, getattr(LedgerLine, move.value), _summed(amount))
    handed_over = LedgerEntry.move == LedgerMove.HANDED_OVER
    remaining = case((handed_over, LedgerEntry.quantity), else_=-LedgerEntry.quantity)
    return problems + _miscounted(session, LedgerLine.id, LedgerLine.outstanding, _summed(remaining))


def _summed(amount: ColumnElement[int]) -> Any:
    """Return what the entries of a line of the ledger add up to."""
    return (
        select(func.coalesce(func.sum(amount), 0))
        .where(LedgerEntry.line_id == LedgerLine.id)
        .correlate(LedgerLine)
        .scalar_subquery()
    )


def _own_limits_are_kept(session: Session, at: datetime) -> Problems:
    del at
    return _rows(
        session,
        "participant",
        select(Participant.id).where(
            Participant.engagements > Participant.engagement_limit, not_(Participant.engagement_limit_exceeded)
        ),
    ) + _rows(
        session,
        "offer",
        select(Offer.id).where(
            or_(
                and_(Offer.engagements > Offer.engagement_limit, not_(Offer.engagement_limit_exceeded)),
                and_(Offer.yearly_engagements > Offer.yearly_limit, not_(Offer.yearly_limit_exceeded)),
            )
        ),
    )


def _rows_lie_in_the_municipality_of_their_place(session: Session, at: datetime) -> Problems:
    del at
    tenant = aliased(Area)
    problems = _rows(
        session,
        "participant",
        select(Participant.id)
        .join(Area, Participant.area_id == Area.id)
        .where(Participant.municipality_id != case((Area.level == AreaLevel.DISTRICT, Area.parent_id), else_=Area.id)),
    )
    for model, name in ((Need, "need"), (Offer, "offer")):
        problems += _rows(
            session,
            name,
            select(model.id)
            .join(Area, model.area_id == Area.id)
            .join(tenant, model.municipality_id == tenant.id)
            .where(not_(_covers(tenant, Area)), not_(_covers(Area, tenant))),
        )
        problems += _rows(
            session,
            name,
            select(model.id)
            .join(Participant, model.participant_id == Participant.id)
            .where(model.municipality_id != Participant.municipality_id),
        )
    return problems


def _what_belongs_together_lies_in_one_municipality(session: Session, at: datetime) -> Problems:
    del at
    problems: Problems = []
    for model, name, cause in (
        (Suggestion, "suggestion", Need),
        (Partnership, "partnership", Need),
    ):
        problems += _rows(
            session,
            name,
            select(model.id)
            .join(cause, model.need_id == cause.id)
            .where(model.municipality_id != cause.municipality_id),
        )
    return problems + _rows(
        session,
        "suggestion",
        select(Suggestion.id)
        .join(MatchingRun, Suggestion.run_id == MatchingRun.id)
        .where(Suggestion.municipality_id != MatchingRun.municipality_id),
    )


def _accepted_only_by_all(session: Session, at: datetime) -> Problems:
    del at
    without_yes = (
        select(Party.id)
        .outerjoin(Enquiry, Enquiry.party_id == Party.id)
        .where(Party.partnership_id == Partnership.id, or_(Enquiry.reply.is_(None), Enquiry.reply != Reply.YES))
    )
    beyond = Partnership.accepted_at.is_not(None)
    return _rows(session, "accepted partnership", select(Partnership.id).where(beyond, exists(without_yes))) + _rows(
        session,
        "proposed partnership",
        select(Partnership.id).where(Partnership.stage == Stage.PROPOSED, not_(exists(without_yes))),
    )


def _partnerships_have_both_sides(session: Session, at: datetime) -> Problems:
    del at
    problems: Problems = []
    for side in Side:
        on_side = select(Party.id).where(Party.partnership_id == Partnership.id, Party.side == side)
        problems += _rows(session, f"partnership without a {side}", select(Partnership.id).where(not_(exists(on_side))))
    asked = select(Enquiry.id).where(Enquiry.party_id == Party.id)
    return problems + _rows(session, "party without an enquiry", select(Party.id).where(not_(exists(asked))))


def _partnerships_come_from_an_approval(session: Session, at: datetime) -> Problems:
    del at
    return _rows(
        session,
        "partnership",
        select(Partnership.id)
        .join(Suggestion, Partnership.suggestion_id == Suggestion.id)
        .where(Suggestion.verdict != Verdict.APPROVED),
    )


def _approvals_are_free_of_interest(session: Session, at: datetime) -> Problems:
    del at
    free = select(SuggestionApproval.id).where(
        SuggestionApproval.suggestion_id == Suggestion.id, SuggestionApproval.is_free_of_interest
    )
    return _rows(
        session,
        "approved suggestion",
        select(Suggestion.id).where(Suggestion.verdict == Verdict.APPROVED, not_(exists(free))),
    )


def _stages_follow_the_lifecycle(session: Session, at: datetime) -> Problems:
    """Look for stages that no earlier stage leads to; changes of one moment have no order of their own."""
    del at
    earlier = aliased(StageChange)
    led_here = select(earlier.id).where(
        earlier.partnership_id == StageChange.partnership_id,
        earlier.at <= StageChange.at,
        or_(
            *(
                and_(earlier.stage == stage, StageChange.stage.in_(following))
                for stage, following in NEXT.items()
                if following
            )
        ),
    )
    reached = select(StageChange.id).where(
        StageChange.partnership_id == Partnership.id, StageChange.stage == Partnership.stage
    )
    return _rows(
        session,
        "partnership",
        select(StageChange.partnership_id)
        .distinct()
        .where(StageChange.stage != Stage.PROPOSED, not_(exists(led_here))),
    ) + _rows(session, "partnership", select(Partnership.id).where(not_(exists(reached))))


def _reveals_have_a_basis(session: Session, at: datetime) -> Problems:
    del at
    subject, reader = aliased(Party), aliased(Party)
    parties = select(subject.id).where(
        subject.partnership_id == Reveal.partnership_id, subject.participant_id == Reveal.subject_id
    )
    readers = select(reader.id).where(
        reader.partnership_id == Reveal.partnership_id, reader.participant_id == Reveal.to_participant_id
    )
    accepted = select(Partnership.id).where(
        Partnership.id == Reveal.partnership_id, Partnership.accepted_at <= Reveal.at
    )
    return _rows(
        session,
        "reveal to a party",
        select(Reveal.id).where(
            Reveal.to_participant_id.is_not(None), not_(and_(exists(parties), exists(readers), exists(accepted)))
        ),
    ) + _rows(
        session,
        "reveal to a coordinator",
        select(Reveal.id).where(
            Reveal.to_account_id.is_not(None), Reveal.partnership_id.is_(None), func.trim(Reveal.purpose) == ""
        ),
    )


def _what_was_given_up_holds_nothing(session: Session, at: datetime) -> Problems:
    """Look for what still hangs on a record that was given up for another one of the same participant."""
    del at
    given_up = select(Merger.merged_id)
    problems: Problems = []
    for model in (Need, Offer, Party, Membership, Consent):
        problems += _rows(session, model.__tablename__, select(model.id).where(model.participant_id.in_(given_up)))
    return problems + _rows(
        session,
        "merged participant that has not left",
        select(Participant.id).where(Participant.id.in_(given_up), Participant.left_at.is_(None)),
    )


def _nobody_is_suggested_without_consent(session: Session, at: datetime) -> Problems:
    del at

    def lacked(purpose: ConsentPurpose) -> ColumnElement[bool]:
        return not_(
            exists(
                select(Consent.id).where(
                    Consent.participant_id == Participant.id,
                    Consent.purpose == purpose,
                    Consent.granted_at <= MatchingRun.started_at,
                    or_(Consent.withdrawn_at.is_(None), Consent.withdrawn_at > MatchingRun.started_at),
                )
            )
        )

    return _rows(
        session,
        "suggestion",
        select(Suggestion.id)
        .distinct()
        .join(MatchingRun, Suggestion.run_id == MatchingRun.id)
        .join(SuggestionPartner, SuggestionPartner.suggestion_id == Suggestion.id)
        .join(Offer, SuggestionPartner.offer_id == Offer.id)
        .join(Participant, Offer.participant_id == Participant.id)
        .outerjoin(CouncilSeat, CouncilSeat.need_id == Suggestion.need_id)
        .where(
            MatchingRun.state == RunState.PUBLISHED,
            or_(
                and_(
                    Participant.kind == ParticipantKind.RESIDENT,
                    or_(
                        and_(CouncilSeat.id.is_(None), lacked(ConsentPurpose.PROJECTS)),
                        and_(CouncilSeat.id.is_not(None), lacked(ConsentPurpose.COUNCIL_SEAT)),
                    ),
                ),
                and_(not_(Participant.is_adult), lacked(ConsentPurpose.GUARDIAN)),
            ),
        ),
    )


def _scores_are_honest(session: Session, at: datetime) -> Problems:
    del at
    return _rows(
        session,
        "suggestion",
        select(Suggestion.id).where(Suggestion.score.is_not(None), Suggestion.confidence < LEAST_CONFIDENCE),
    ) + _rows(
        session,
        "suggested partner",
        select(SuggestionPartner.id).where(
            SuggestionPartner.score.is_not(None), SuggestionPartner.confidence < LEAST_CONFIDENCE
        ),
    )


def _jobs_at_work_are_alive(session: Session, at: datetime) -> Problems:
    return _rows(
        session,
        "job",
        select(Job.id).where(
            Job.state == JobState.RUNNING, or_(Job.heartbeat_at.is_(None), Job.heartbeat_at < at - SILENT_FOR)
        ),
    )


def _jobs_run_once(session: Session, at: datetime) -> Problems:
    del at
    running = (
        select(Job.municipality_id)
        .where(Job.state == JobState.RUNNING)
        .group_by(Job.kind, Job.municipality_id, Job.need_id)
        .having(func.count() > 1)
    )
    return _rows(session, "municipality with two runs at once", running)


def _no_mail_was_given_up(session: Session, at: datetime) -> Problems:
    return _rows(session, "mail", select(OutboxMail.id).where(OutboxMail.given_up_at >= at - LOOKED_BACK))


def _one_run_is_published(session: Session, at: datetime) -> Problems:
    del at
    several = (
        select(MatchingRun.municipality_id)
        .where(MatchingRun.state == RunState.PUBLISHED)
        .group_by(MatchingRun.municipality_id, MatchingRun.need_id)
        .having(func.count() > 1)
    )
    return _rows(session, "municipality", several)


def _open_needs_are_in_one_inbox(session: Session, at: datetime) -> Problems:
    del at
    several = select(Charge.need_id).where(Charge.until.is_(None)).group_by(Charge.need_id).having(func.count() > 1)
    return _rows(session, "need of which nobody there is in charge", without_keeper()) + _rows(
        session, "need in two inboxes", several
    )


def _every_column_is_classified(session: Session, at: datetime) -> Problems:
    del session, at
    problems: Problems = []
    for name, table in sorted(Base.metadata.tables.items()):
        known = CATALOGUE.get(name, {})
        problems += [f"{name}.{column.name} is not classified" for column in table.columns if column.name not in known]
    return problems


def _the_record_hides_what_is_personal(session: Session, at: datetime) -> Problems:
    del at
    problems: Problems = []
    rows = session.execute(
        select(AuditEntry.sequence, AuditEntry.subject_table, AuditEntry.changes).execution_options(yield_per=1000)
    )
    for sequence, table, changes in rows:
        catalogue = CATALOGUE.get(table, {})
        for column, value in changes.items():
            shown = value if isinstance(value, list) else [value]
            if catalogue.get(column, Privacy.OPEN) is not Privacy.OPEN and any(
                part not in (None, HIDDEN) for part in shown
            ):
                problems.append(f"entry {sequence} holds {table}.{column}")
    return _first(problems)


def _recorded_rows_have_an_author(session: Session, at: datetime) -> Problems:
    """Look for rows that came into being behind the record's back."""
    del at
    problems: Problems = []
    for model in (Account, Participant, Need, Offer, Partnership, Consent, Reveal, StageChange):
        if model.__tablename__ in NOT_RECORDED:
            continue
        recorded = select(AuditEntry.id).where(
            AuditEntry.subject_table == model.__tablename__, AuditEntry.subject_id == model.id
        )
        problems += _rows(session, model.__tablename__, select(model.id).where(not_(exists(recorded))))
    return problems


INVARIANTS: Final[Sequence[Invariant]] = (
    Invariant("participants count the engagements that they carry", _participants_count_their_engagements),
    Invariant("participants count the enquiries that wait for them", _participants_count_their_open_enquiries),
    Invariant("offers count the partnerships that they serve", _offers_count_their_engagements),
    Invariant("offers count what they serve in the fiscal year", _offers_count_their_year),
    Invariant("slots count what was promised to them", _slots_count_what_was_promised),
    Invariant("items count what was promised of them", _items_count_what_was_promised),
    Invariant("promises and enquiries end with their partnership", _promises_end_with_their_partnership),
    Invariant("lines of the ledger count their entries", _ledger_lines_count_their_entries),
    Invariant("nobody carries more than their own limit", _own_limits_are_kept),
    Invariant("rows lie in the municipality of their place", _rows_lie_in_the_municipality_of_their_place),
    Invariant("what belongs together lies in one municipality", _what_belongs_together_lies_in_one_municipality),
    Invariant("a partnership is accepted when all said yes, and only then", _accepted_only_by_all),
    Invariant("a partnership has both sides, and each was asked", _partnerships_have_both_sides),
    Invariant("a partnership comes from an approved suggestion", _partnerships_come_from_an_approval),
    Invariant("an approval was given by somebody without an interest", _approvals_are_free_of_interest),
    Invariant("stages follow the lifecycle", _stages_follow_the_lifecycle),
    Invariant("contact details were shown only on a basis", _reveals_have_a_basis),
    Invariant("a record that was merged into another holds nothing", _what_was_given_up_holds_nothing),
    Invariant("nobody is suggested without consent", _nobody_is_suggested_without_consent),
    Invariant("no score is shown without enough confidence", _scores_are_honest),
    Invariant("one run of the engine is published in a municipality", _one_run_is_published),
    Invariant("work in progress is alive", _jobs_at_work_are_alive),
    Invariant("work of one kind runs once at a time", _jobs_run_once),
    Invariant("no mail was given up in the last 7 days", _no_mail_was_given_up),
    Invariant("every need that waits is in exactly one inbox", _open_needs_are_in_one_inbox),
    Invariant("every column is classified in the catalogue of privacy", _every_column_is_classified),
    Invariant("the record of changes holds nothing personal", _the_record_hides_what_is_personal),
    Invariant("rows that matter stand in the record of changes", _recorded_rows_have_an_author),
)


def _miscounted(
    session: Session,
    identity: InstrumentedAttribute[UUID],
    counter: InstrumentedAttribute[int],
    counted: Any,
    *,
    among: ColumnElement[bool] | None = None,
) -> Problems:
    """Return the rows, of all or among some, whose counter differs from what was counted."""
    wanted = [counter != counted] if among is None else [counter != counted, among]
    rows = session.execute(select(identity, counter, counted.label("counted")).where(*wanted).order_by(identity)).all()
    return _first([f"{row[0]} says {row[1]}, the rows say {row[2]}" for row in rows])


def _rows(session: Session, name: str, statement: Select[Any]) -> Problems:
    """Return one sentence for each row that a statement finds."""
    return _first([f"{name} {identity}" for identity in session.scalars(statement)])


def _first(problems: Problems) -> Problems:
    """Name the first few, and say how many more there are."""
    more = len(problems) - MOST_NAMED
    return problems if more <= 0 else [*problems[:MOST_NAMED], f"and {more} more"]


def _covers(outer: Any, inner: Any) -> ColumnElement[bool]:
    """Return the condition that one area is the other or holds it."""
    return or_(inner.path == outer.path, inner.path.startswith(outer.path + "."))
