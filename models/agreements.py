"""Agreements: every version as it was written, what each party takes on in it, and who signed which version."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.base import Base
from models.collaboration import CollaborationForm
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, StaleVersion
from models.lifecycle import Stage
from models.participants import ConsentChannel
from models.partnerships import Partnership, Party

MOST_WEIGHT: Final = 5
DRAFTED_IN: Final = frozenset({Stage.ACCEPTED, Stage.DRAFTING, Stage.AGREED, Stage.RUNNING})
SIGNED_IN: Final = DRAFTED_IN - {Stage.ACCEPTED}


class AgreementVersion(Base, kw_only=True):
    """An agreement as it stood at one moment; it is never changed, a change is the next version."""

    __tablename__ = "agreement_versions"
    __table_args__ = (
        UniqueConstraint("partnership_id", "number", name="a_version_is_numbered_once"),
        CheckConstraint("number >= 1", name="versions_are_numbered_from_one"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint(
            "evaluation_on IS NULL OR starts_on IS NULL OR evaluation_on >= starts_on", name="evaluated_after_start"
        ),
    )

    number: Mapped[int]
    written_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(String(120))
    problem: Mapped[str] = mapped_column(Text, default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    activity: Mapped[str] = mapped_column(Text, default="")
    form: Mapped[CollaborationForm | None] = mapped_column(default=None)
    goal: Mapped[str] = mapped_column(Text, default="")
    goal_measure: Mapped[str] = mapped_column(Text, default="")
    goal_due_on: Mapped[date | None] = mapped_column(default=None)
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)
    cost: Mapped[str] = mapped_column(Text, default="")
    information: Mapped[str] = mapped_column(Text, default="")
    public_summary: Mapped[str] = mapped_column(Text, default="")
    private_reason: Mapped[str] = mapped_column(Text, default="")
    opportunity: Mapped[str] = mapped_column(Text, default="")
    change_terms: Mapped[str] = mapped_column(Text, default="")
    results: Mapped[str] = mapped_column(Text, default="")
    personal_data: Mapped[str] = mapped_column(Text, default="")
    evaluation_on: Mapped[date | None] = mapped_column(default=None)
    evaluation_measure: Mapped[str] = mapped_column(Text, default="")
    partnership_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), init=False)
    written_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    partnership: Mapped[Partnership] = relationship()
    written_by: Mapped[Account | None] = relationship(default=None)
    terms: Mapped[list["PartyTerms"]] = relationship(
        back_populates="version",
        cascade="all, delete-orphan",
        order_by="PartyTerms.position",
        lazy="selectin",
        default_factory=list,
    )
    signatures: Mapped[list["Signature"]] = relationship(
        back_populates="version",
        cascade="all, delete-orphan",
        order_by="Signature.signed_at, Signature.id",
        lazy="selectin",
        init=False,
    )

    def __post_init__(self) -> None:
        """Refuse dates that contradict each other."""
        if self.starts_on is not None and self.ends_on is not None and self.ends_on < self.starts_on:
            raise InvalidValue("the end lies before the start")
        if self.starts_on is not None and self.evaluation_on is not None and self.evaluation_on < self.starts_on:
            raise InvalidValue("the evaluation lies before the start")

    def terms_of(self, party: Party) -> "PartyTerms | None":
        """Return what the version says of a party."""
        return next((terms for terms in self.terms if terms.party is party), None)

    def signature_of(self, party: Party) -> "Signature | None":
        """Return how a party signed this version, if it did."""
        return next((signature for signature in self.signatures if signature.party is party), None)

    def unsigned_by(self, parties: Sequence[Party]) -> list[Party]:
        """Return those of the parties that have not signed this version."""
        return [party for party in parties if self.signature_of(party) is None]

    def sign(
        self,
        party: Party,
        *,
        name: str,
        capacity: str,
        by: Account,
        at: datetime,
        latest: int,
        channel: ConsentChannel = ConsentChannel.WEB,
        scan: "Scan | None" = None,
    ) -> "Signature":
        """Note one party's signature under this version.

        Raises
        ------
        StaleVersion
            A newer version was written since.
        IllegalMove
            Nothing is signed in the stage in which the partnership is.
        InvalidValue
            Nobody is named, or a signature on paper comes without its scan.
        AlreadyDecided
            The party signed this version before.

        """
        if self.number != latest:
            raise StaleVersion(f"version {self.number} was signed, but version {latest} is the latest")
        if self.partnership.stage not in SIGNED_IN:
            raise IllegalMove(f"nothing is signed while the partnership is {self.partnership.stage}")
        if party.partnership is not self.partnership or party.left_at is not None:
            raise InvalidValue("only a party of the partnership signs")
        if not name.strip():
            raise InvalidValue("a signature names who signs")
        if (channel is ConsentChannel.PAPER) != (scan is not None):
            raise InvalidValue("a signature on paper comes with its scan, and only that")
        if self.signature_of(party) is not None:
            raise AlreadyDecided("this party signed this version already")
        signature = Signature(
            party=party, name=name, capacity=capacity, signed_at=at, channel=channel, entered_by=by, scan=scan
        )
        self.signatures.append(signature)
        return signature


class PartyTerms(Base, kw_only=True):
    """What one version says of one party: its part, what it gains and bears, what it wants kept as it is.

    Benefit and burden are weighed from 0 to 5 by the party itself; None says that it has not weighed them.
    """

    __tablename__ = "party_terms"
    __table_args__ = (
        UniqueConstraint("version_id", "party_id", name="a_version_speaks_of_a_party_once"),
        CheckConstraint(f"benefit_weight BETWEEN 0 AND {MOST_WEIGHT}", name="benefit_is_weighed_from_0_to_5"),
        CheckConstraint(f"burden_weight BETWEEN 0 AND {MOST_WEIGHT}", name="burden_is_weighed_from_0_to_5"),
    )

    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    leads: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(Text, default="")
    duty: Mapped[str] = mapped_column(Text, default="")
    benefit: Mapped[str] = mapped_column(Text, default="")
    burden: Mapped[str] = mapped_column(Text, default="")
    benefit_weight: Mapped[int | None] = mapped_column(default=None)
    burden_weight: Mapped[int | None] = mapped_column(default=None)
    may_change: Mapped[str] = mapped_column(Text, default="")
    to_keep: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[UUID] = mapped_column(ForeignKey("agreement_versions.id", ondelete="CASCADE"), init=False)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True, init=False)

    version: Mapped[AgreementVersion] = relationship(back_populates="terms", default=None)
    party: Mapped[Party] = relationship()

    @property
    def bears_more_than_it_gains(self) -> bool:
        """Tell whether the party itself weighed its burden above its benefit; what is not weighed is unknown."""
        if self.benefit_weight is None or self.burden_weight is None:
            return False
        return self.burden_weight > self.benefit_weight


class Scan(Base, kw_only=True):
    """A paper that somebody signed, as a picture or PDF."""

    __tablename__ = "scans"
    __table_args__ = (CheckConstraint("size >= 1", name="a_scan_is_not_empty"),)

    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True, init=False)

    party: Mapped[Party] = relationship()


class Signature(Base, kw_only=True):
    """One party agreed to one version: who signed, in which capacity, when, and in which way."""

    __tablename__ = "signatures"
    __table_args__ = (
        UniqueConstraint("version_id", "party_id", name="a_party_signs_a_version_once"),
        CheckConstraint("name <> ''", name="a_signature_names_who_signs"),
    )

    name: Mapped[str] = mapped_column(String(100))
    capacity: Mapped[str] = mapped_column(String(100), default="")
    signed_at: Mapped[datetime]
    channel: Mapped[ConsentChannel]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("agreement_versions.id", ondelete="CASCADE"), init=False)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True, init=False)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)
    scan_id: Mapped[UUID | None] = mapped_column(ForeignKey("scans.id", ondelete="SET NULL"), init=False)

    version: Mapped[AgreementVersion] = relationship(back_populates="signatures", init=False)
    party: Mapped[Party] = relationship()
    entered_by: Mapped[Account | None] = relationship()
    scan: Mapped[Scan | None] = relationship(default=None)
