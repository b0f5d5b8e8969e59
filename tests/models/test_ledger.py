"""What holds for the ledger whatever is written into it, in the model and in the database."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from models import AuditedSession, LedgerLine, LedgerMove, ResourceKind, Stage
from models.errors import InvalidValue, NotInHand
from tests.factories import make_partnership

NOON = datetime(2026, 12, 10, 3, 0, tzinfo=UTC)
DAY = date(2026, 12, 10)

MOVES = st.lists(st.tuples(st.sampled_from(LedgerMove), st.integers(min_value=0, max_value=20)), max_size=30)


def make_line(*, kind: ResourceKind = ResourceKind.GOODS, is_lent: bool = True) -> LedgerLine:
    partnership = make_partnership(stage=Stage.RUNNING)
    receiver, giver = partnership.parties
    return LedgerLine(kind=kind, what="長机", is_lent=is_lent, partnership=partnership, giver=giver, receiver=receiver)


def note(line: LedgerLine, move: LedgerMove, quantity: int) -> None:
    line.note(move, quantity, on=DAY, by=None, at=NOON)


def state(line: LedgerLine) -> tuple[int, ...]:
    return line.handed_over, line.returned, line.used_up, line.missing, line.outstanding, len(line.entries)


@given(MOVES)
def test_whatever_is_written_down_what_is_outstanding_is_the_difference(moves: list[tuple[LedgerMove, int]]) -> None:
    line = make_line()
    for move, quantity in moves:
        before = state(line)
        refused = quantity < 1 or (move is not LedgerMove.HANDED_OVER and quantity > line.outstanding)
        if refused:
            with pytest.raises((InvalidValue, NotInHand)):
                note(line, move, quantity)
            assert state(line) == before
        else:
            note(line, move, quantity)

        assert line.outstanding == line.handed_over - line.returned - line.used_up - line.missing >= 0
        for one in LedgerMove:
            assert getattr(line, one.value) == sum(entry.quantity for entry in line.entries if entry.move is one)


@pytest.mark.parametrize(
    ("kind", "is_lent", "holds_back"),
    [
        (ResourceKind.GOODS, True, True),
        (ResourceKind.GOODS, False, False),
        (ResourceKind.MONEY, False, True),
    ],
)
def test_what_was_lent_and_money_must_balance(kind: ResourceKind, *, is_lent: bool, holds_back: bool) -> None:
    line = make_line(kind=kind, is_lent=is_lent)
    note(line, LedgerMove.HANDED_OVER, 3)
    assert line.is_balanced is not holds_back

    note(line, LedgerMove.RETURNED, 3)

    assert line.is_balanced


@pytest.mark.parametrize(
    "forged",
    [
        {"returned": 9, "outstanding": -1},
        {"outstanding": 5},
        {"returned": 3},
        {"handed_over": -8, "used_up": -16},
        {"receiver_id": LedgerLine.giver_id},
    ],
    ids=["more came back", "less outstanding", "not counted", "negative", "to itself"],
)
def test_the_database_refuses_a_line_that_does_not_add_up(session: AuditedSession, forged: dict[str, object]) -> None:
    line = make_line()
    note(line, LedgerMove.HANDED_OVER, 8)
    session.add(line)
    session.commit()

    with pytest.raises(IntegrityError):
        session.execute(update(LedgerLine).values(forged))
