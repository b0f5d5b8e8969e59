"""Whether the database answers, within a time limit."""

import threading

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from models import AuditHead


def answers(engine: Engine, *, within_seconds: float) -> bool:
    """Tell whether the database answers in time.

    It is asked in a thread of its own, because a server that went away can keep a caller waiting
    for minutes. A table is read, because SQLite answers `SELECT 1` without looking at its file.
    """
    asked = threading.Event()
    replies: list[bool] = []

    def ask() -> None:
        try:
            with engine.connect() as connection:
                connection.execute(select(AuditHead.number).limit(1)).all()
        except SQLAlchemyError:
            replies.append(False)
        else:
            replies.append(True)
        finally:
            asked.set()

    threading.Thread(target=ask, name="pulse", daemon=True).start()
    return asked.wait(within_seconds) and replies == [True]
