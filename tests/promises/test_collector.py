"""The collector of Python 3.11 may run in the middle of anything, also of closing a session."""

import os
import subprocess
import sys

import pytest

from web.config import PROJECT

# In a process of its own, because its failure is the death of the process. Each round lets the collector
# run one allocation later, so that one of them hits the moment.
SCRIPT = """
import gc
from sqlalchemy import ForeignKey, create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

{before}

class Base(DeclarativeBase): ...

class Need(Base):
    __tablename__ = "needs"
    id: Mapped[int] = mapped_column(primary_key=True)
    slots: Mapped[list["Slot"]] = relationship(back_populates="need")

class Slot(Base):
    __tablename__ = "slots"
    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"))
    need: Mapped[Need] = relationship(back_populates="slots")

engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(insert(Need.__table__), [dict(id=number) for number in range(200)])
    connection.execute(insert(Slot.__table__), [dict(id=number, need_id=number % 200) for number in range(400)])
for later in range(120):
    gc.collect()
    gc.disable()
    with Session(engine) as session:
        session.scalars(select(Need).options(selectinload(Need.slots).joinedload(Slot.need))).all()
        gc.set_threshold(gc.get_count()[0] + later, 1000, 1000)
        gc.enable()
    gc.set_threshold(700, 10, 10)
print("alive")
"""


def run(before: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(before=before)],
        cwd=PROJECT,
        env=os.environ | {"PYTHONMALLOC": "debug"},
        capture_output=True,
        text=True,
        errors="replace",  # what a dying process prints is no text
        check=False,
        timeout=60,
    ).stdout


def test_a_session_may_close_while_the_collector_takes_its_rows() -> None:
    assert run("import models") == "alive\n"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="later versions of Python collect only between instructions")
def test_without_that_care_the_process_dies() -> None:
    assert "alive" not in run("")
