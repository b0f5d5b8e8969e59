"""Networks that exist for a mission, and end with it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import Account
from models.areas import Area
from models.base import Base, Versioned
from models.errors import AlreadyDecided, InvalidValue
from models.participants import ConsentChannel, Participant


class Network(Versioned, Base, kw_only=True):
    """Participants who pursue one mission together; it ends on its last day unless that is moved with a reason."""

    __tablename__ = "networks"
    __table_args__ = (
        CheckConstraint("name <> '' AND mission <> ''", name="a_network_has_a_name_and_a_mission"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("(ended_at IS NULL) = (ended_because = '')", name="an_end_says_why"),
    )

    name: Mapped[str] = mapped_column(String(120))
    mission: Mapped[str] = mapped_column(Text)
    measure: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    extended_because: Mapped[str] = mapped_column(Text, default="", init=False)
    mission_fulfilled: Mapped[bool | None] = mapped_column(default=None, init=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    ended_because: Mapped[str] = mapped_column(Text, default="", init=False)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), index=True, init=False)

    area: Mapped[Area] = relationship(lazy="joined")
    members: Mapped[list["NetworkMember"]] = relationship(
        back_populates="network", cascade="all, delete-orphan", order_by="NetworkMember.joined_on", init=False
    )

    def __post_init__(self) -> None:
        """Refuse a network without an end."""
        if self.ends_on < self.starts_on:
            raise InvalidValue("the end lies before the start")

    @property
    def is_over(self) -> bool:
        """Tell whether the network has ended."""
        return self.ended_at is not None

    @property
    def present(self) -> list["NetworkMember"]:
        """Return the members that have not left."""
        return [member for member in self.members if member.left_on is None]

    @property
    def extensions(self) -> list[tuple[date, str]]:
        """Return until when the mission was given more time, and why, the first time first."""
        lines = [line.partition(" ") for line in self.extended_because.splitlines()]
        return [(date.fromisoformat(until), because) for until, _, because in lines]

    def extend(self, *, until: date, because: str) -> None:
        """Give the mission more time, and say why; what was said the times before is kept."""
        self._check_is_not_over()
        because = " ".join(because.split())
        if until <= self.ends_on or not because:
            raise InvalidValue("a later last day is given with a reason")
        lines = [*self.extended_because.splitlines(), f"{until.isoformat()} {because}"]
        self.ends_on, self.extended_because = until, "\n".join(lines)

    def end(self, *, because: str, fulfilled: bool | None, at: datetime) -> None:
        """End the network with its mission; nobody said whether it was fulfilled where the clock ends it."""
        self._check_is_not_over()
        if not because:
            raise InvalidValue("an end says why")
        self.ended_at, self.ended_because, self.mission_fulfilled = at, because, fulfilled

    def _check_is_not_over(self) -> None:
        if self.is_over:
            raise AlreadyDecided("this network has ended already")


class NetworkMember(Base, kw_only=True):
    """A participant in a network; `channel` and `said_by` tell how it agreed where somebody entered it."""

    __tablename__ = "network_members"
    __table_args__ = (
        Index(
            "a_participant_is_in_a_network_once",
            "network_id",
            "participant_id",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="leaves_after_joining"),
    )

    joined_on: Mapped[date]
    left_on: Mapped[date | None] = mapped_column(default=None, init=False)
    channel: Mapped[ConsentChannel | None] = mapped_column(default=None)
    said_by: Mapped[str | None] = mapped_column(String(100), default=None)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), init=False)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id"), index=True, init=False)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), init=False)

    network: Mapped[Network] = relationship(back_populates="members")
    participant: Mapped[Participant] = relationship()
    entered_by: Mapped[Account | None] = relationship(default=None)

    def leave(self, *, on: date) -> None:
        """Stop being a member; who was one when the network ended stays in its history."""
        if self.network.is_over:
            raise AlreadyDecided("nobody leaves a network that has ended")
        self.left_on = self.left_on or on
