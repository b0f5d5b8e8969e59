"""What the engine suggests, from which run, and what coordinators decided about it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from math import isclose
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy.orm import Mapped, ORMExecuteState, mapped_column, relationship, with_loader_criteria

from models.accounts import Account
from models.areas import Area
from models.audit import AuditedSession
from models.base import Base, Versioned
from models.errors import AlreadyDecided, IllegalMove, InvalidValue
from models.jobs import Job
from models.listings import Need, Offer, OfferItem, Slot
from models.taxonomy import ReviewReason, ReviewStep


class Verdict(StrEnum):
    """What became of a suggestion on the desk."""

    PENDING = "pending"
    APPROVED = "approved"
    HELD = "held"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


UNDECIDED = frozenset({Verdict.PENDING, Verdict.HELD})


class RunState(StrEnum):
    """How far an engine run has come."""

    RUNNING = "running"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class WeightSet(Base, kw_only=True):
    """One version of the engine's weights; they change only by adding a version."""

    __tablename__ = "weight_sets"

    number: Mapped[int] = mapped_column(unique=True)
    weights: Mapped[dict[str, Any]]
    is_active: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    proposed_by_id: Mapped[UUID | None] = mapped_column(default=None, init=False)
    switched_on_at: Mapped[datetime | None] = mapped_column(default=None, init=False)

    proposed_by: Mapped[Account | None] = relationship(
        primaryjoin="WeightSet.proposed_by_id == Account.id", foreign_keys=[proposed_by_id], default=None
    )

    __table_args__ = (
        Index(
            "one_weight_set_is_active",
            "is_active",
            unique=True,
            sqlite_where=text("is_active"),
            postgresql_where=text("is_active"),
        ),
    )

    @classmethod
    def propose(
        cls, number: int, weights: Mapping[str, float], *, reason: str | None, by: Account | None
    ) -> "WeightSet":
        """Return other weights, which count for nothing yet; none is negative, and together they are 1."""
        if any(weight < 0 for weight in weights.values()) or not isclose(sum(weights.values()), 1.0, abs_tol=1e-9):
            raise InvalidValue("weights are not negative and add up to 1")
        return cls(number=number, weights=dict(weights), reason=reason, proposed_by=by)

    def switch_on(self, *, at: datetime) -> None:
        """Let the engine reckon with these weights; those before must be switched off first."""
        self.is_active = True
        self.switched_on_at = at

    def switch_off(self) -> None:
        """Give way to another set."""
        self.is_active = False


class WeightPreview(Base, kw_only=True):
    """What a set of weights would change on the desk of a municipality; empty until it is reckoned."""

    __tablename__ = "weight_previews"
    __table_args__ = (
        UniqueConstraint("weight_set_id", "municipality_id", name="a_set_has_one_preview_of_a_municipality"),
        CheckConstraint("(found IS NULL) = (computed_at IS NULL)", name="found_iff_computed"),
    )

    found: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None, init=False)
    computed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    weight_set_id: Mapped[UUID] = mapped_column(ForeignKey("weight_sets.id"), init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True, init=False)

    weight_set: Mapped[WeightSet] = relationship()
    municipality: Mapped[Area] = relationship()
    job: Mapped[Job | None] = relationship(default=None)

    def forget(self) -> None:
        """Forget what was reckoned, because it is reckoned anew."""
        self.found = self.computed_at = None

    def note(self, found: dict[str, Any], *, at: datetime) -> None:
        """Keep what was reckoned."""
        self.found = found
        self.computed_at = at


class MatchingRun(Base, kw_only=True):
    """One pass of the engine over the needs of a municipality, or over a single one of them.

    Its state is what readers follow: nothing that a run found is seen by anybody before the run is
    published, however much of it is written already.
    """

    __tablename__ = "matching_runs"
    __table_args__ = (
        Index(
            "one_run_of_a_municipality_is_published",
            "municipality_id",
            unique=True,
            sqlite_where=text("state = 'published' AND need_id IS NULL"),
            postgresql_where=text("state = 'published' AND need_id IS NULL"),
        ),
        Index(
            "one_run_of_a_need_is_published",
            "need_id",
            unique=True,
            sqlite_where=text("state = 'published' AND need_id IS NOT NULL"),
            postgresql_where=text("state = 'published' AND need_id IS NOT NULL"),
        ),
        Index(
            "ix_matching_runs_unpublished",
            "id",
            sqlite_where=text("state IN ('running', 'failed')"),
            postgresql_where=text("state IN ('running', 'failed')"),
        ),
        UniqueConstraint("id", "municipality_id", name="runs_lie_in_one_municipality"),
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="finished_iff_not_running"),
    )

    state: Mapped[RunState] = mapped_column(default=RunState.RUNNING, init=False)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    needs: Mapped[int] = mapped_column(default=0, init=False)
    offers: Mapped[int] = mapped_column(default=0, init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)
    weight_set_id: Mapped[UUID] = mapped_column(ForeignKey("weight_sets.id"), init=False)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), init=False)

    need_id: Mapped[UUID | None] = mapped_column(init=False)
    season: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    taxonomy_version: Mapped[str | None] = mapped_column(String(64), default=None)

    municipality: Mapped[Area] = relationship()
    weight_set: Mapped[WeightSet] = relationship()
    job: Mapped[Job | None] = relationship(default=None)
    need: Mapped[Need | None] = relationship(
        primaryjoin="MatchingRun.need_id == Need.id", foreign_keys=[need_id], default=None
    )

    def publish(self, *, needs: int, offers: int, at: datetime) -> None:
        """Make this run the one that the pages show."""
        self.state = RunState.PUBLISHED
        self.needs = needs
        self.offers = offers
        self.finished_at = at

    def supersede(self) -> None:
        """Step back behind a newer run."""
        self.state = RunState.SUPERSEDED

    def fail(self, *, at: datetime) -> None:
        """Note that the run did not come to an end; what was published before stays."""
        self.state = RunState.FAILED
        self.finished_at = at


UNPUBLISHED: Final = (RunState.RUNNING, RunState.FAILED)
ALSO_UNPUBLISHED: Final = "also_unpublished"


def published_runs() -> Select[UUID]:
    """Return the runs whose outcomes are shown: one of each municipality, and newer ones of single needs."""
    return select(MatchingRun.id).where(MatchingRun.state == RunState.PUBLISHED)


def unpublished_runs() -> Select[UUID]:
    """Return the few runs whose rows nobody may see: those being written, and those that never were to the end."""
    return select(MatchingRun.id).where(MatchingRun.state.in_(UNPUBLISHED))


class NeedOutcome(Base, kw_only=True):
    """What one run found for one need, also where it found nobody: who was cut, what would have to give."""

    __tablename__ = "need_outcomes"
    __table_args__ = (
        UniqueConstraint("run_id", "need_id", name="a_run_has_one_outcome_for_a_need"),
        ForeignKeyConstraint(
            ["need_id", "municipality_id"],
            ["needs.id", "needs.municipality_id"],
            name="an_outcome_lies_in_the_municipality_of_its_need",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["run_id", "municipality_id"],
            ["matching_runs.id", "matching_runs.municipality_id"],
            name="an_outcome_lies_in_the_municipality_of_its_run",
        ),
    )

    candidates: Mapped[int]
    excluded: Mapped[dict[str, Any]]
    relaxations: Mapped[list[Any]]
    questions: Mapped[list[Any]]
    found: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    run_id: Mapped[UUID] = mapped_column(init=False)
    need_id: Mapped[UUID] = mapped_column(index=True, init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)

    run: Mapped[MatchingRun] = relationship(primaryjoin="NeedOutcome.run_id == MatchingRun.id", foreign_keys=[run_id])
    need: Mapped[Need] = relationship(primaryjoin="NeedOutcome.need_id == Need.id", foreign_keys=[need_id])
    municipality: Mapped[Area] = relationship(init=False)

    def __post_init__(self) -> None:
        """Take the municipality from the need."""
        self.municipality = self.need.municipality


class Suggestion(Versioned, Base, kw_only=True):
    """A team of offers for a need, made by the engine and recomputable from its frozen input."""

    __tablename__ = "suggestions"
    __table_args__ = (
        UniqueConstraint("id", "municipality_id", name="suggestions_lie_in_one_municipality"),
        UniqueConstraint("run_id", "need_id", "rank", name="a_rank_is_given_once"),
        ForeignKeyConstraint(
            ["need_id", "municipality_id"],
            ["needs.id", "needs.municipality_id"],
            name="a_suggestion_lies_in_the_municipality_of_its_need",
        ),
        ForeignKeyConstraint(
            ["run_id", "municipality_id"],
            ["matching_runs.id", "matching_runs.municipality_id"],
            name="a_suggestion_lies_in_the_municipality_of_its_run",
        ),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name="score_in_unit_interval"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence_in_unit_interval"),
        CheckConstraint("score IS NULL OR confidence >= 0.5", name="no_score_without_confidence"),
        CheckConstraint(
            "(verdict IN ('approved', 'held', 'refused')) = (reviewed_at IS NOT NULL)", name="reviewed_at_iff_reviewed"
        ),
        CheckConstraint(
            "verdict NOT IN ('held', 'refused') OR review_reason_id IS NOT NULL", name="a_no_names_its_reason"
        ),
        Index("ix_suggestions_municipality_verdict", "municipality_id", "verdict"),
    )

    rank: Mapped[int]
    score: Mapped[float | None]
    confidence: Mapped[float]
    value: Mapped[float]
    reasons: Mapped[list[Any]]
    open_slots: Mapped[list[Any]]
    places: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    coordinators_place: Mapped[int | None] = mapped_column(default=None, init=False)
    edited_from_id: Mapped[UUID | None] = mapped_column(default=None, init=False)
    snapshot: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    verdict: Mapped[Verdict] = mapped_column(default=Verdict.PENDING, init=False)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    review_note: Mapped[str] = mapped_column(Text, default="", init=False)
    review_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("review_reasons.id"), init=False)
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)
    run_id: Mapped[UUID] = mapped_column(init=False)
    need_id: Mapped[UUID] = mapped_column(index=True, init=False)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)

    run: Mapped[MatchingRun] = relationship(primaryjoin="Suggestion.run_id == MatchingRun.id", foreign_keys=[run_id])
    need: Mapped[Need] = relationship(primaryjoin="Suggestion.need_id == Need.id", foreign_keys=[need_id])
    municipality: Mapped[Area] = relationship(init=False)
    review_reason: Mapped[ReviewReason | None] = relationship(init=False)
    reviewed_by: Mapped[Account | None] = relationship(init=False)
    partners: Mapped[list["SuggestionPartner"]] = relationship(
        back_populates="suggestion",
        cascade="all, delete-orphan",
        order_by="SuggestionPartner.position",
        lazy="raise",
        init=False,
    )
    approvals: Mapped[list["SuggestionApproval"]] = relationship(
        back_populates="suggestion", cascade="all, delete-orphan", lazy="selectin", init=False
    )

    def __post_init__(self) -> None:
        """Take the municipality from the need."""
        self.municipality = self.need.municipality

    @property
    def is_edited(self) -> bool:
        """Tell whether a coordinator put the team together."""
        return self.edited_from_id is not None

    def check_may_be_edited(self) -> None:
        """Refuse to change a team about which somebody decided already, or for which nobody is sought any more."""
        self._check_undecided()
        if not self.need.is_open:
            raise IllegalMove("nobody is sought for this need any more")

    def involves(self, account: Account) -> bool:
        """Tell whether the account speaks for a participant of this suggestion."""
        participants = {self.need.participant_id, *(partner.offer.participant_id for partner in self.partners)}
        return any(account.represents(participant) for participant in participants)

    def approve(self, *, by: Account, at: datetime) -> bool:
        """Note one coordinator's approval; tell whether it is enough.

        One is enough unless the approver speaks for one of the parties: then a second coordinator,
        who speaks for none, must agree.
        """
        self._check_undecided()
        if any(approval.account is by for approval in self.approvals):
            raise AlreadyDecided("this coordinator approved already")
        is_free = not self.involves(by)
        self.approvals.append(SuggestionApproval(account=by, approved_at=at, is_free_of_interest=is_free))
        if not is_free:
            return False
        self._review(Verdict.APPROVED, by=by, at=at)
        return True

    @property
    def awaits_second_approval(self) -> bool:
        """Tell whether only somebody with an interest approved so far."""
        return self.verdict in UNDECIDED and bool(self.approvals)

    def hold(self, reason: ReviewReason, *, note: str, by: Account, at: datetime) -> None:
        """Keep the suggestion for later, for a coded reason."""
        self._refuse_or_hold(Verdict.HELD, ReviewStep.HOLD, reason, note=note, by=by, at=at)

    def refuse(self, reason: ReviewReason, *, note: str, by: Account, at: datetime) -> None:
        """Decide against the suggestion, for a coded reason."""
        self._refuse_or_hold(Verdict.REFUSED, ReviewStep.REFUSE, reason, note=note, by=by, at=at)

    def supersede(self) -> None:
        """Give way to a newer run or to a partnership that took what this one needs."""
        if self.verdict in UNDECIDED:
            self.verdict = Verdict.SUPERSEDED
            self.reviewed_at = None

    def _refuse_or_hold(
        self, verdict: Verdict, step: ReviewStep, reason: ReviewReason, *, note: str, by: Account, at: datetime
    ) -> None:
        self._check_undecided()
        if reason.step is not step:
            raise InvalidValue(f"{reason.code} is no reason to {step}")
        self.review_reason = reason
        self.review_note = note
        self._review(verdict, by=by, at=at)

    def _check_undecided(self) -> None:
        if self.verdict not in UNDECIDED:
            raise AlreadyDecided(f"the suggestion is {self.verdict} already")

    def _review(self, verdict: Verdict, *, by: Account, at: datetime) -> None:
        self.verdict = verdict
        self.reviewed_by = by
        self.reviewed_at = at


class SuggestionApproval(Base, kw_only=True):
    """One coordinator's approval of a suggestion."""

    __tablename__ = "suggestion_approvals"
    __table_args__ = (UniqueConstraint("suggestion_id", "account_id", name="a_coordinator_approves_once"),)

    approved_at: Mapped[datetime]
    is_free_of_interest: Mapped[bool]
    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("suggestions.id", ondelete="CASCADE"), init=False)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True, init=False)

    suggestion: Mapped[Suggestion] = relationship(back_populates="approvals", init=False)
    account: Mapped[Account] = relationship()


class EditKind(StrEnum):
    """What a coordinator changed about the suggestions for a need."""

    EXCHANGED = "exchanged"
    ADDED = "added"
    REMOVED = "removed"
    PLACED = "placed"


class SuggestionEdit(Base, kw_only=True):
    """One thing that a coordinator changed about a suggestion, and why; weights can be learnt from it.

    `offer` came into the team and `former_offer` left it. `lifted` names the gates that were passed
    over, `claimed` the slots and items that the coordinator said go together.
    """

    __tablename__ = "suggestion_edits"
    __table_args__ = (
        CheckConstraint("reason_id IS NOT NULL OR note <> ''", name="an_edit_names_its_reason"),
        CheckConstraint("(kind IN ('exchanged', 'added')) = (offer_id IS NOT NULL)", name="an_offer_comes_iff_named"),
        CheckConstraint(
            "(kind IN ('exchanged', 'removed')) = (former_offer_id IS NOT NULL)", name="an_offer_goes_iff_named"
        ),
    )

    kind: Mapped[EditKind]
    edited_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")
    lifted: Mapped[list[str]] = mapped_column(default_factory=list)
    claimed: Mapped[list[Any]] = mapped_column(default_factory=list)
    suggestion_id: Mapped[UUID] = mapped_column(
        ForeignKey("suggestions.id", ondelete="CASCADE"), index=True, init=False
    )
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"), init=False)
    former_offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"), init=False)
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("review_reasons.id"), init=False)
    edited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    suggestion: Mapped[Suggestion] = relationship()
    edited_by: Mapped[Account | None] = relationship()
    reason: Mapped[ReviewReason | None] = relationship(default=None)
    offer: Mapped[Offer | None] = relationship(foreign_keys=[offer_id], default=None)
    former_offer: Mapped[Offer | None] = relationship(foreign_keys=[former_offer_id], default=None)

    def __post_init__(self) -> None:
        """Refuse an edit that gives no reason, or a reason of another step."""
        if self.reason is None and not self.note.strip():
            raise InvalidValue("an edit names its reason")
        if self.reason is not None and self.reason.step is not ReviewStep.EDIT:
            raise InvalidValue(f"{self.reason.code} is no reason to edit")


class SuggestionPartner(Base, kw_only=True):
    """One offer of a suggested team, with its own score and reasons."""

    __tablename__ = "suggestion_partners"
    __table_args__ = (
        UniqueConstraint("suggestion_id", "offer_id", name="an_offer_joins_a_suggestion_once"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name="score_in_unit_interval"),
    )

    position: Mapped[int]
    score: Mapped[float | None]
    confidence: Mapped[float]
    parts: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]]
    suggestion_id: Mapped[UUID] = mapped_column(ForeignKey("suggestions.id", ondelete="CASCADE"), init=False)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), index=True, init=False)

    suggestion: Mapped[Suggestion] = relationship(back_populates="partners")
    offer: Mapped[Offer] = relationship()
    shares: Mapped[list["SuggestionShare"]] = relationship(
        back_populates="partner", cascade="all, delete-orphan", lazy="raise", init=False
    )


class SuggestionShare(Base, kw_only=True):
    """How much of an item a suggested partner would give to a slot."""

    __tablename__ = "suggestion_shares"
    __table_args__ = (
        UniqueConstraint("partner_id", "slot_id", "item_id", name="a_share_is_named_once"),
        CheckConstraint("quantity >= 1", name="quantity_is_positive"),
    )

    quantity: Mapped[int]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("suggestion_partners.id", ondelete="CASCADE"), init=False)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id", ondelete="CASCADE"), index=True, init=False)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("offer_items.id", ondelete="CASCADE"), index=True, init=False)

    partner: Mapped[SuggestionPartner] = relationship(back_populates="shares")
    slot: Mapped[Slot] = relationship()
    item: Mapped[OfferItem] = relationship()


@event.listens_for(AuditedSession, "do_orm_execute")
def _show_what_was_published(state: ORMExecuteState) -> None:
    """Leave out of every read the suggestions of runs that are not published; no reader can forget to."""
    if state.is_select and not state.is_relationship_load and not state.execution_options.get(ALSO_UNPUBLISHED):
        state.statement = state.statement.options(_PUBLISHED)


_PUBLISHED: Final = with_loader_criteria(Suggestion, Suggestion.run_id.not_in(unpublished_runs()))
