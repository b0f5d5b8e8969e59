"""The principles of collaboration as gates: each is met, or it says what is missing.

The nine come from a prefecture's guide to collaboration between many parties; Ichinoseki's third plan has three
rules of conduct. Which set holds is data of the municipality; what a gate asks is code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.agreements import AgreementVersion
from models.areas import Area
from models.base import Base
from models.partnerships import Party, Reply

NINE: Final = "nine"
"""The set that holds where a municipality chose no other."""


class PrincipleGate(StrEnum):
    """What an agreement must hold."""

    ROLE_DUTY_BENEFIT = "role_duty_benefit"
    OWN_YES = "own_yes"
    UNDERSTANDING = "understanding"
    GOAL = "goal"
    OPENNESS = "openness"
    OPPORTUNITY = "opportunity"
    WHO_LEADS = "who_leads"
    END_DATE = "end_date"
    EVALUATION = "evaluation"


class PrincipleSet(Base, kw_only=True):
    """Principles that hold together, such as the nine of a prefecture or the three of a city."""

    __tablename__ = "principle_sets"

    code: Mapped[str] = mapped_column(String(60), unique=True)
    name_ja: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))

    principles: Mapped[list["Principle"]] = relationship(
        back_populates="principle_set",
        cascade="all, delete-orphan",
        order_by="Principle.position",
        lazy="selectin",
        init=False,
    )

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en


class Principle(Base, kw_only=True):
    """One principle of a set, and the gates that show whether an agreement keeps it."""

    __tablename__ = "principles"
    __table_args__ = (
        UniqueConstraint("set_id", "code", name="a_set_knows_a_principle_once"),
        CheckConstraint("position >= 1", name="principles_are_numbered_from_one"),
    )

    code: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    name_ja: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    gates: Mapped[list[str]]
    set_id: Mapped[UUID] = mapped_column(ForeignKey("principle_sets.id"), init=False)

    principle_set: Mapped[PrincipleSet] = relationship(back_populates="principles")

    def name(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_ja if locale == "ja" else self.name_en


class PrincipleChoice(Base, kw_only=True):
    """Which set of principles holds in a municipality."""

    __tablename__ = "principle_choices"
    __table_args__ = (UniqueConstraint("municipality_id", name="a_municipality_has_one_set_of_principles"),)

    chosen_at: Mapped[datetime]
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), init=False)
    set_id: Mapped[UUID] = mapped_column(ForeignKey("principle_sets.id"), init=False)
    chosen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    municipality: Mapped[Area] = relationship()
    principle_set: Mapped[PrincipleSet] = relationship()
    chosen_by: Mapped[Account | None] = relationship(default=None)


@dataclass(frozen=True, slots=True)
class Lack:
    """What a gate misses: of the whole agreement, or of one party."""

    gate: PrincipleGate
    field: str
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an agreement keeps one principle, and what is missing where it does not."""

    principle: Principle
    lacks: Sequence[Lack]

    @property
    def is_met(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.lacks


def examine(principles: Sequence[Principle], version: AgreementVersion, parties: Sequence[Party]) -> Sequence[Finding]:
    """Return for each principle whether a version keeps it for the parties that are still in."""
    return [
        Finding(
            principle, [lack for gate in principle.gates for lack in lacks_of(PrincipleGate(gate), version, parties)]
        )
        for principle in principles
    ]


def lacks_of(gate: PrincipleGate, version: AgreementVersion, parties: Sequence[Party]) -> Sequence[Lack]:
    """Return what one gate misses in a version, party by party in their order."""
    return [Lack(gate, field, party) for field, party in _CHECKS[gate](version, parties)]


_Missing = Sequence[tuple[str, Party | None]]


def _of_parties(version: AgreementVersion, parties: Sequence[Party], fields: Sequence[str]) -> _Missing:
    """Return the named texts that a party's terms leave empty."""
    return [
        (field, party)
        for party in parties
        for field in fields
        if not str(getattr(version.terms_of(party), field, "") or "").strip()
    ]


def _of_all(version: AgreementVersion, fields: Sequence[str]) -> _Missing:
    """Return the named parts of the agreement that are empty."""
    return [(field, None) for field in fields if not str(getattr(version, field) or "").strip()]


def _role_duty_benefit(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    return _of_parties(version, parties, ("role", "duty", "benefit"))


def _own_yes(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    del version
    return [
        ("reply", party) for party in parties if party.enquiry.reply is not Reply.YES or party.enquiry.channel is None
    ]


def _understanding(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    return _of_parties(version, parties, ("may_change", "to_keep"))


def _goal(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    del parties
    return _of_all(version, ("goal", "goal_measure", "goal_due_on"))


def _openness(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    """Ask for a summary that anybody may read, or for the reason why there is none."""
    del parties
    return [] if version.public_summary.strip() or version.private_reason.strip() else [("public_summary", None)]


def _opportunity(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    del parties
    return _of_all(version, ("opportunity",))


def _who_leads(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    leads = any(terms.leads for party in parties if (terms := version.terms_of(party)) is not None)
    return [] if leads else [("leads", None)]


def _end_date(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    del parties
    return _of_all(version, ("starts_on", "ends_on"))


def _evaluation(version: AgreementVersion, parties: Sequence[Party]) -> _Missing:
    del parties
    return _of_all(version, ("evaluation_on", "evaluation_measure"))


_CHECKS: Final[Mapping[PrincipleGate, Callable[[AgreementVersion, Sequence[Party]], _Missing]]] = MappingProxyType(
    {
        PrincipleGate.ROLE_DUTY_BENEFIT: _role_duty_benefit,
        PrincipleGate.OWN_YES: _own_yes,
        PrincipleGate.UNDERSTANDING: _understanding,
        PrincipleGate.GOAL: _goal,
        PrincipleGate.OPENNESS: _openness,
        PrincipleGate.OPPORTUNITY: _opportunity,
        PrincipleGate.WHO_LEADS: _who_leads,
        PrincipleGate.END_DATE: _end_date,
        PrincipleGate.EVALUATION: _evaluation,
    }
)
