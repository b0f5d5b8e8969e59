"""Where a need came from: the visit, consultation, meeting or goal behind it."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.area_plans import Goal
from models.base import Base
from models.consultations import Consultation
from models.errors import InvalidValue
from models.listings import Need, NeedOrigin
from models.roundtables import Roundtable
from models.visits import Visit


class Provenance(Base, kw_only=True):
    """The one thing that a need came from; a need that somebody posted of themself has none."""

    __tablename__ = "provenances"
    __table_args__ = (
        UniqueConstraint("need_id", name="a_need_comes_from_one_place"),
        CheckConstraint(
            "(CASE WHEN visit_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN consultation_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN roundtable_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN goal_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="a_need_comes_from_one_thing",
        ),
    )

    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), init=False)
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visits.id"), index=True, init=False)
    consultation_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultations.id"), index=True, init=False)
    roundtable_id: Mapped[UUID | None] = mapped_column(ForeignKey("roundtables.id"), index=True, init=False)
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id"), index=True, init=False)

    need: Mapped[Need] = relationship()
    visit: Mapped[Visit | None] = relationship(default=None)
    consultation: Mapped[Consultation | None] = relationship(default=None)
    roundtable: Mapped[Roundtable | None] = relationship(default=None)
    goal: Mapped[Goal | None] = relationship(default=None)

    def __post_init__(self) -> None:
        """Name the origin on the need, too."""
        origins = {
            NeedOrigin.VISIT: self.visit,
            NeedOrigin.CONSULTATION: self.consultation,
            NeedOrigin.ROUNDTABLE: self.roundtable,
            NeedOrigin.PLAN_GOAL: self.goal,
        }
        named = [origin for origin, row in origins.items() if row is not None]
        if len(named) != 1:
            raise InvalidValue("a need comes from one thing")
        self.need.origin = named[0]
