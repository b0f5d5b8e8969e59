"""What the sheets of the town may also say, and what they may not."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from models import AuditedSession, Ending, Enquiry, Participant, Partnership, Reply, Stage
from seeds import town
from seeds.sheets import UnreadableSheet

BUILT_AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
HISTORY_COLUMNS = "key,need,proposed_on,partners,outcome,answered_on,decline_reason,ended_on,public"


@pytest.fixture
def sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the town's sheets, from which the town is built."""
    folder = tmp_path / "town"
    shutil.copytree(town.TOWN, folder)
    monkeypatch.setattr(town, "TOWN", folder)
    return folder


def write_history(folder: Path, *rows: str) -> None:
    (folder / "history.csv").write_text(
        "\n".join([HISTORY_COLUMNS, *(f"{row},no" for row in rows), ""]), encoding="utf-8"
    )
    needs = (folder / "needs.csv").read_text(encoding="utf-8")
    (folder / "needs.csv").write_text(needs.replace(",filled,", ",open,"), encoding="utf-8")


def build(session: AuditedSession) -> None:
    town.build(session, at=BUILT_AT, password_hash="not a real hash")


def test_a_proposal_of_this_week_still_waits_for_its_answer(empty: AuditedSession, sheets: Path) -> None:
    write_history(sheets, "one,need-24,2026-11-19,resident-40-1,proposed,,,")

    build(empty)

    partnership = empty.scalars(select(Partnership)).one()
    enquiries = {party.participant.name: party.enquiry for party in partnership.parties}
    assert partnership.stage is Stage.PROPOSED
    assert [(name, enquiry.reply) for name, enquiry in enquiries.items() if enquiry.is_open] == [("日下部 蒼", None)]
    assert dict(
        empty.execute(select(Participant.name, Participant.open_enquiries).where(Participant.open_enquiries > 0)).all()
    ) == {"日下部 蒼": 1}


def test_a_partnership_can_be_handed_over(empty: AuditedSession, sheets: Path) -> None:
    write_history(sheets, "one,need-24,2026-08-03,co-networks-3,closed_handed_over,2026-08-05,,2026-10-30")

    build(empty)

    assert empty.scalars(select(Partnership.ending)).one() is Ending.HANDED_OVER


def test_whoever_has_no_account_answers_by_telephone(empty: AuditedSession, sheets: Path) -> None:
    write_history(sheets, "one,need-24,2026-08-03,resident-16-1,declined,2026-08-05,dates,")

    build(empty)

    answer = empty.scalars(select(Enquiry).where(Enquiry.reply == Reply.NO)).one()
    assert answer.channel == "telephone"
    assert answer.answered_by is not None
    assert answer.answered_by.email == "coordinator@hiyori.example"


def test_what_is_promised_already_is_not_promised_again(empty: AuditedSession, sheets: Path) -> None:
    write_history(
        sheets,
        "one,need-13,2026-08-03,co-bus-1,accepted_running,2026-08-05,,",
        "two,need-40,2026-08-10,co-bus-1,declined,2026-08-12,dates,",
    )

    with pytest.raises(UnreadableSheet, match=r"history\.csv, row 3, column partners: .* has nothing left"):
        build(empty)


def test_a_place_that_nobody_coordinates_is_named(empty: AuditedSession, sheets: Path) -> None:
    accounts = (sheets / "accounts.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in accounts if "tsukimi" not in line and not line.startswith("coordinator-wide@")]
    (sheets / "accounts.csv").write_text("\n".join([*kept, ""]), encoding="utf-8")

    with pytest.raises(LookupError, match=r"nobody coordinates jp\.demo\.tsukimi"):
        build(empty)
