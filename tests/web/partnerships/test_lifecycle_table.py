"""Every move of a partnership by everybody in every stage: allowed or refused as the published table says."""

import csv
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models import (
    Account,
    Again,
    AuditedSession,
    AuditEntry,
    ChangeRequest,
    ConsentChannel,
    Evaluation,
    GoalReached,
    Participant,
    Partnership,
    Party,
    Principle,
    PrincipleGate,
    PrincipleSet,
    RequestKind,
    Stage,
    capacity,
)
from models.lifecycle import ALL_SAID_YES, OVER
from models.years import TOWN_TIME
from tests.factories import (
    make_account,
    make_agreement,
    make_appointment,
    make_district,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_reason,
    make_slot,
)
from tests.factories.partnerships import NOON, answer
from web.endings import services as endings
from web.partnerships import services as partnerships

TABLE: Final = Path(__file__).parents[3] / "docs" / "lifecycle.csv"
PNG: Final = b"\x89PNG\r\n\x1a\n" + bytes(64)
SAID: Final = {"goal": "yes", "again": "yes", "principle_goal": "4", "helped": "", "hindered": ""} | {
    f"merit_{name}": "cannot_say" for name in ("needs_met", "new_structure", "efficiency", "synergy")
}
CLOCK: Final = "the clock"
ENDS: Final = frozenset({"dissolve", "continue", "hand over"})
LETS_GO: Final = frozenset({"let one go", "let the side with the need go"})
# Doors are opened by a table in Python and moves by another: one database is enough to try them all.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Town:
    """Everybody who could want to move a partnership, with a browser each."""

    session: AuditedSession
    accounts: dict[str, Account]
    browsers: dict[str, FlaskClient]
    participants: Sequence[Participant]

    untouched: dict[tuple[Stage, int | None, bool], Partnership] = field(default_factory=dict)
    """The one that was built last, as long as nobody has done anything to it."""

    def ready(self, stage: Stage, move: str, who: str) -> Partnership:
        """Return a partnership in which all but the actor have done their part; one untouched serves again."""
        last = None if stage is Stage.EVALUATING and move in ENDS else position_of(who)
        key = (stage, last, move in LETS_GO)
        if key not in self.untouched:
            self.untouched = {key: self._build(stage, last)}
            if move in LETS_GO:
                self._ask_to_leave(self.untouched[key])
        return self.untouched[key]

    def _ask_to_leave(self, partnership: Partnership) -> None:
        for party in partnership.parties:
            asked = ChangeRequest(kind=RequestKind.LEAVE, text="続けられない", made_at=NOON, party=party, made_by=None)
            self.session.add(asked)
        self.session.commit()

    def _build(self, stage: Stage, last: int | None) -> Partnership:
        # Each try stands for itself: what an earlier one took does not count.
        self.session.execute(update(Participant).values(open_enquiries=0, engagements=0))
        needs, helps, third = self.participants
        need = make_need(participant=needs, slots=[make_slot(), make_slot(what="手伝い")])
        offers = [make_offer(participant=helps), make_offer(participant=third)]
        partnership = make_partnership(need=need, offers=offers, by=self.accounts["coordinator"], stage=stage)
        self.session.add(partnership)
        self.session.flush()
        if stage not in OVER:
            capacity.take(self.session, partnership)
        others = [party for position, party in enumerate(partnership.parties) if position != last]
        for party in others:
            self._do_their_part(party, stage)
        for party in partnership.parties if stage in ALL_SAID_YES else ():
            capacity.answer_received(self.session, party.enquiry)
        if stage is Stage.DRAFTING:
            self._sign(partnership, others)
        self.session.commit()
        return partnership

    def _do_their_part(self, party: Party, stage: Stage) -> None:
        if stage is Stage.PROPOSED:
            answer(party, by=self.accounts["coordinator"])
            capacity.answer_received(self.session, party.enquiry)
        elif stage is Stage.EVALUATING:
            said = Evaluation(
                goal=GoalReached.YES, again=Again.YES, principles={}, merits={}, given_at=NOON,
                channel=ConsentChannel.WEB, party=party, given_by=None,
            )  # fmt: skip
            self.session.add(said)

    def _sign(self, partnership: Partnership, others: Sequence[Party]) -> None:
        version = make_agreement(partnership)
        self.session.add(version)
        for party in others:
            version.sign(party, name="署名", capacity="", by=self.accounts["coordinator"], at=NOON, latest=1)


def position_of(who: str) -> int:
    """Return which party somebody speaks or writes for: the third is the one without an account."""
    return {"side with the need": 0, "side that helps": 1}.get(who, 2)


Move = Callable[[Town, Partnership, str], Any]


def posted(path: str, **typed: Any) -> Move:
    """Return a move that sends a form on a page of the partnership."""

    def move(town: Town, partnership: Partnership, who: str) -> Any:
        party = partnership.parties[position_of(who)]
        filled = {name: value(partnership, party) if callable(value) else value for name, value in typed.items()}
        url = path.format(id=partnership.id, enquiry=party.enquiry.id, party=party.id)
        return town.browsers[who].post(url, data=filled)

    return move


def let_go(position: int) -> Move:
    """Return a move that grants the request of one party to leave."""

    def move(town: Town, partnership: Partnership, who: str) -> Any:
        asked = select(ChangeRequest).where(ChangeRequest.party_id == partnership.parties[position].id)
        request = town.session.scalars(asked).one()
        granted = {"granted": "yes", "answer": "承知しました"}
        return town.browsers[who].post(f"/requests/{request.id}/decide", data=granted)

    return move


def _scan(partnership: Partnership, party: Party) -> Any:
    del partnership, party
    return (io.BytesIO(PNG), "paper.png")


def _own(partnership: Partnership, party: Party) -> str:
    del partnership
    return str(party.id)


def _first(partnership: Partnership, party: Party) -> str:
    del party
    return str(partnership.parties[0].id)


def _second(partnership: Partnership, party: Party) -> str:
    del party
    return str(partnership.parties[1].id)


PAGE: Final = "/partnerships/{id}"
MOVES: Final[dict[str, Move]] = {
    "say yes": posted("/enquiries/{enquiry}", reply="yes"),
    "say no": posted("/enquiries/{enquiry}", reply="no", reason="no_time"),
    "note a yes": posted("/enquiries/{enquiry}/note", reply="yes", channel="telephone"),
    "take back": posted(f"{PAGE}/withdraw"),
    "write down the meeting": posted(f"{PAGE}/meeting/settled", on="2026-11-20", what="食堂"),
    "write the agreement": posted(
        f"{PAGE}/agreement/clauses", based_on=lambda found, _party: str(int(found.stage is Stage.DRAFTING)), form=""
    ),
    "sign": posted(f"{PAGE}/agreement/1/sign", party=_own, name="署名", has_read="y"),
    "enter a paper": posted(f"{PAGE}/agreement/1/paper", party=_own, name="署名", scan=_scan),
    "write into the ledger": posted(
        f"{PAGE}/ledger/new", kind="goods", what="鍋", unit="個", giver=_second, receiver=_first, terms="lent",
        quantity="1", on="2026-11-20",
    ),
    "ask to leave": posted(f"{PAGE}/requests/new", party=_own, kind="leave", text="続けられない", channel="telephone"),
    "finish": posted(f"{PAGE}/finish"),
    "evaluate": posted(f"{PAGE}/evaluation?party={{party}}", channel="telephone", **SAID),
    "dissolve": posted(f"{PAGE}/end", ending="dissolved", reason="終わった"),
    "continue": posted(f"{PAGE}/end", ending="continued", reason="続けたい"),
    "hand over": posted(f"{PAGE}/end", ending="handed_over", reason="引き継ぐ", handed_to="世話人の会"),
    "let one go": let_go(2),
    "let the side with the need go": let_go(0),
}  # fmt: skip


# What the clock does by itself on a day: everything it knows, all at once.
DAYS: Final[dict[str, date]] = {
    "on the fourteenth business day": date(2026, 12, 11),
    "after the last day": date(2027, 4, 1),
    "after the days of grace": date(2027, 5, 1),
}


def outcome(town: Town, stage: Stage, move: str, who: str) -> str:
    """Try a move in a stage; return the stage that follows, `yes` where it stays, nothing where it is refused."""
    partnership = town.ready(stage, move, who)
    before = _changes_recorded(town.session)
    if who == CLOCK:
        at = datetime.combine(DAYS[move], time(12), TOWN_TIME)
        partnerships.keep_time(town.session, partnership, at=at)
        endings.keep_time(town.session, partnership, at=at)
        town.session.commit()
    else:
        MOVES[move](town, partnership, who)
    town.session.expire_all()
    if _changes_recorded(town.session) == before:
        assert partnership.stage is stage
        return ""
    town.untouched.clear()
    return "yes" if partnership.stage is stage else partnership.stage.value


def _changes_recorded(session: AuditedSession) -> int:
    """Count what the record holds: a move that was refused has written nothing."""
    return session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.subject_table != "outbox_mails")) or 0


def rows_of(town: Town) -> list[tuple[str, str]]:
    """Return every move with everybody who could try it."""
    return [(move, who) for move in MOVES for who in town.browsers] + [(day, CLOCK) for day in DAYS]


@pytest.fixture
def town(
    session: AuditedSession,
    client: FlaskClient,
    signed_in: Callable[[Account], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> Town:
    monkeypatch.setenv("ENISHI_NOW", NOON.isoformat())
    place = make_district()
    accounts = {
        "side with the need": make_account(),
        "side that helps": make_account(),
        "coordinator": make_appointment(place, account=make_account()).account,
        "coordinator elsewhere": make_appointment(make_municipality(), account=make_account()).account,
        "somebody else": make_account(),
    }
    nine = PrincipleSet(code="nine", name_ja="九原則", name_en="Nine principles")
    Principle(code="goal", position=1, name_ja="目標", name_en="Goal", gates=[PrincipleGate.GOAL], principle_set=nine)
    participants = [make_participant(area=place) for _ in range(3)]
    speaking = [
        make_membership(participants[0], account=accounts["side with the need"]),
        make_membership(participants[1], account=accounts["side that helps"]),
    ]
    session.add_all([*accounts.values(), *participants, *speaking, nine, make_reason(code="no_time")])
    session.commit()
    browsers = {name: signed_in(account) for name, account in accounts.items()}
    return Town(session, accounts, {**browsers, "visitor": client}, participants)


@ON_ONE_DATABASE
@pytest.mark.parametrize("stage", [*Stage])
def test_every_move_is_allowed_or_refused_as_the_table_says(town: Town, stage: Stage) -> None:
    """Write the column anew with ENISHI_PUBLISH=1 after reading what changed."""
    # Those who speak for the same party go together, so that what stays untouched serves again.
    rows = rows_of(town)
    tried = {row: outcome(town, stage, *row) for row in sorted(rows, key=lambda row: position_of(row[1]))}
    found = {row: tried[row] for row in rows}
    if os.environ.get("ENISHI_PUBLISH"):
        publish(stage, found)

    with TABLE.open(encoding="utf-8", newline="") as file:
        published = {(row["move"], row["who"]): row[stage.value] for row in csv.DictReader(file)}

    assert found == published


def publish(stage: Stage, found: dict[tuple[str, str], str]) -> None:
    """Put one column into the table, beside those that are there."""
    columns = [one.value for one in Stage]
    known: dict[tuple[str, str], dict[str, str]] = {}
    if TABLE.exists():
        with TABLE.open(encoding="utf-8", newline="") as file:
            known = {(row["move"], row["who"]): row for row in csv.DictReader(file)}
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["move", "who", *columns], lineterminator="\n")
        writer.writeheader()
        for row, cell in found.items():
            cells = {name: known.get(row, {}).get(name, "") for name in columns}
            writer.writerow({"move": row[0], "who": row[1], **cells, stage.value: cell})
