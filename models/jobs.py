"""Background work as rows, so that a job and its cause are written together or not at all."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base
from models.errors import IllegalMove, InvalidValue
from models.listings import Need, Offer

MOST_SINGLE_NEEDS: Final = 20
"""More needs of a municipality than these are looked at together."""


class JobKind(StrEnum):
    """What a job does."""

    REFRESH_SUGGESTIONS = "refresh_suggestions"
    REFRESH_NEED = "refresh_need"
    REFRESH_OFFER = "refresh_offer"
    PREVIEW_WEIGHTS = "preview_weights"
    LEARN_WEIGHTS = "learn_weights"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base, kw_only=True):
    """One piece of background work and how far it has come."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "a_job_runs_once_at_a_time",
            "kind",
            "municipality_id",
            unique=True,
            sqlite_where=text("state = 'running' AND need_id IS NULL AND offer_id IS NULL"),
            postgresql_where=text("state = 'running' AND need_id IS NULL AND offer_id IS NULL"),
        ),
        Index(
            "a_job_of_a_need_runs_once_at_a_time",
            "kind",
            "need_id",
            unique=True,
            sqlite_where=text("state = 'running' AND need_id IS NOT NULL"),
            postgresql_where=text("state = 'running' AND need_id IS NOT NULL"),
        ),
        Index(
            "a_job_of_an_offer_runs_once_at_a_time",
            "kind",
            "offer_id",
            unique=True,
            sqlite_where=text("state = 'running' AND offer_id IS NOT NULL"),
            postgresql_where=text("state = 'running' AND offer_id IS NOT NULL"),
        ),
        Index("ix_jobs_state", "state"),
        CheckConstraint("done BETWEEN 0 AND total", name="no_more_is_done_than_there_is"),
        CheckConstraint("(state IN ('done', 'failed')) = (finished_at IS NOT NULL)", name="finished_iff_over"),
    )

    kind: Mapped[JobKind]
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED, init=False)
    arguments: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    done: Mapped[int] = mapped_column(default=0, init=False)
    total: Mapped[int] = mapped_column(default=0, init=False)
    attempts: Mapped[int] = mapped_column(default=0, init=False)
    error: Mapped[str] = mapped_column(Text, default="", init=False)
    started_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    heartbeat_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    finished_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    municipality_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"), init=False)
    requested_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)
    need_id: Mapped[UUID | None] = mapped_column(init=False)
    offer_id: Mapped[UUID | None] = mapped_column(init=False)

    municipality: Mapped[Area | None] = relationship(default=None)
    need: Mapped[Need | None] = relationship(primaryjoin="Job.need_id == Need.id", foreign_keys=[need_id], default=None)
    offer: Mapped[Offer | None] = relationship(
        primaryjoin="Job.offer_id == Offer.id", foreign_keys=[offer_id], default=None
    )
    requested_by: Mapped[Account | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Refuse work that is for a need or an offer without naming it, and the reverse."""
        is_of_need, is_of_offer = self.kind is JobKind.REFRESH_NEED, self.kind is JobKind.REFRESH_OFFER
        if (is_of_need, is_of_offer) != (self.need is not None, self.offer is not None):
            raise InvalidValue(f"{self.kind} does not fit its subject")

    @classmethod
    def request(cls, session: Session, kind: JobKind, *, municipality: Area, by: Account | None) -> "Job":
        """Return the job of this kind that waits for this municipality, or write a new one.

        A running job read its input before the change that asks now; so only a waiting one will do,
        and its row is locked until the change is committed, so that no worker starts before.
        """
        return cls._request(session, kind, municipality, by)

    @classmethod
    def request_for(cls, session: Session, need: Need, *, by: Account | None) -> "Job":
        """Return the job that waits to look for partners for this need alone, or write a new one."""
        return cls._request(session, JobKind.REFRESH_NEED, need.municipality, by, need=need)

    @classmethod
    def request_for_offer(cls, session: Session, offer: Offer, *, by: Account | None) -> "Job":
        """Return the job that waits to find out which needs this offer touches, or write a new one."""
        return cls._request(session, JobKind.REFRESH_OFFER, offer.municipality, by, offer=offer)

    @classmethod
    def request_for_each(cls, session: Session, needs: Iterable[Need], *, by: Account | None) -> None:
        """Ask for these needs alone, and where there are many in a municipality, for all that it has."""
        of_municipality: dict[UUID, dict[UUID, Need]] = {}
        for need in needs:
            of_municipality.setdefault(need.municipality_id, {})[need.id] = need
        for _, some in sorted(of_municipality.items()):
            alike = [need for _, need in sorted(some.items())]
            if len(alike) > MOST_SINGLE_NEEDS:
                cls.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=alike[0].municipality, by=by)
            else:
                for need in alike:
                    cls.request_for(session, need, by=by)

    @classmethod
    def request_in_each(cls, session: Session, municipalities: Collection[Area], *, by: Account | None) -> None:
        """Ask for partners to be looked for anew in all these municipalities, where nobody asked already."""
        waiting = set(
            session.scalars(
                select(cls.municipality_id)
                .where(
                    cls.kind == JobKind.REFRESH_SUGGESTIONS,
                    cls.state == JobState.QUEUED,
                    cls.need_id.is_(None),
                    cls.offer_id.is_(None),
                )
                .order_by(cls.created_at, cls.id)
                .with_for_update()
            )
        )
        session.add_all(
            cls(kind=JobKind.REFRESH_SUGGESTIONS, municipality=municipality, requested_by=by)
            for municipality in municipalities
            if municipality.id not in waiting
        )

    @classmethod
    def _request(  # the one question behind three
        cls,
        session: Session,
        kind: JobKind,
        municipality: Area,
        by: Account | None,
        *,
        need: Need | None = None,
        offer: Offer | None = None,
    ) -> "Job":
        waiting = session.scalar(
            select(cls)
            .where(
                cls.kind == kind,
                cls.municipality_id == municipality.id,
                cls.need_id.is_(None) if need is None else cls.need_id == need.id,
                cls.offer_id.is_(None) if offer is None else cls.offer_id == offer.id,
                cls.state == JobState.QUEUED,
            )
            .order_by(cls.created_at, cls.id)
            .limit(1)
            .with_for_update()
        )
        if waiting is not None:
            return waiting
        job = cls(kind=kind, municipality=municipality, need=need, offer=offer, requested_by=by)
        session.add(job)
        return job

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.state in {JobState.DONE, JobState.FAILED}

    def start(self, *, at: datetime) -> None:
        """Begin, or begin again after the worker was lost."""
        if self.is_over:
            raise IllegalMove(f"a job that is {self.state} does not start")
        self.state = JobState.RUNNING
        self.attempts += 1
        self.started_at = at
        self.heartbeat_at = at

    def requeue(self) -> None:
        """Wait again after the worker was lost."""
        if self.is_over:
            raise IllegalMove(f"a job that is {self.state} does not wait")
        self.state = JobState.QUEUED

    def beat(self, done: int, total: int, *, at: datetime) -> None:
        """Note how far the work has come."""
        self.done, self.total, self.heartbeat_at = done, total, at

    def finish(self, *, at: datetime) -> None:
        """Note that the work is done."""
        self.state = JobState.DONE
        self.done = self.total
        self.finished_at = at

    def fail(self, error: str, *, at: datetime) -> None:
        """Note that the work was given up, and why."""
        self.state = JobState.FAILED
        self.error = error
        self.finished_at = at
