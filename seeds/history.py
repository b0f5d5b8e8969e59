"""A year of partnerships, played in the order in which it happened, through the models' own methods."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    Area,
    ConsentChannel,
    Ending,
    LedgerLine,
    MatchingRun,
    Need,
    Offer,
    OfferItem,
    Participant,
    Partnership,
    Reply,
    Reveal,
    ReviewReason,
    Slot,
    Stage,
    Suggestion,
    SuggestionPartner,
    SuggestionShare,
    WeightSet,
    capacity,
)
from models.business_days import add_business_days
from models.partnerships import RELEASE_BUSINESS_DAYS, REPLY_BUSINESS_DAYS, Party
from models.years import town_day
from seeds import course
from seeds.agreements import sign_agreement
from seeds.almanac import Almanac
from seeds.identity import identified
from seeds.listings import Market
from seeds.people import Population
from seeds.sheets import Row, read

ASKED_AT: Final = time(10)
REQUESTER_ANSWERS_AT: Final = time(14)
PROVIDER_ANSWERS_AT: Final = time(18)
# How far between the last yes and the end each stage lies, for a partnership that is over.
COURSE: Final = ((Stage.DRAFTING, 0.1), (Stage.AGREED, 0.2), (Stage.RUNNING, 0.3), (Stage.EVALUATING, 0.85))
# How many days after the last yes each stage was reached, for a partnership that still runs.
# How long one runs whose end the sheet does not know yet.
RUNS_FOR: Final = timedelta(days=180)
START: Final = ((Stage.DRAFTING, 1), (Stage.AGREED, 3), (Stage.RUNNING, 4))


class Outcome(StrEnum):
    """What became of a proposal in the sheet."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RUNNING = "accepted_running"
    DISSOLVED = "closed_dissolved"
    CONTINUED = "closed_continued"
    HANDED_OVER = "closed_handed_over"


ENDINGS: Final = {
    Outcome.DISSOLVED: Ending.DISSOLVED,
    Outcome.CONTINUED: Ending.CONTINUED,
    Outcome.HANDED_OVER: Ending.HANDED_OVER,
}


@dataclass(frozen=True, slots=True)
class Archive:
    """What the stories are told with."""

    session: Session
    almanac: Almanac
    people: Population
    market: Market
    reasons: dict[str, ReviewReason]
    keys: dict[Participant, str]


def play(
    session: Session,
    folder: Path,
    *,
    people: Population,
    market: Market,
    almanac: Almanac,
    reasons: dict[str, ReviewReason],
    weights: WeightSet,
) -> int:
    """Let the partnerships of the sheet happen; return how many there were.

    What was suggested before there was an engine is kept as one run a municipality, long superseded.
    """
    rows = read(folder / "history.csv")
    keys = {participant: key for key, participant in people.participants.items()}
    archive = Archive(session, almanac, people, market, reasons, keys)
    runs = _runs(archive, rows, weights)
    ranks: dict[Need, int] = {}
    stories: list[Iterator[datetime]] = []
    for row in rows:
        need = row.found("need", market.needs)
        ranks[need] = ranks.get(need, 0) + 1
        stories.append(_Story(archive, row, runs[need.municipality], ranks[need]).tell())
    _interleave(stories)
    session.flush()
    return len(rows)


def _interleave(stories: Sequence[Iterator[datetime]]) -> None:
    """Tell all stories at once, each going on when its next moment has come."""
    waiting = [(next(story), position, story) for position, story in enumerate(stories)]
    heapify(waiting)
    while waiting:
        _, position, story = heappop(waiting)
        following = next(story, None)
        if following is not None:
            heappush(waiting, (following, position, story))


def _runs(archive: Archive, rows: list[Row], weights: WeightSet) -> dict[Area, MatchingRun]:
    """Return the run of each municipality's records, which ended with its last proposal."""
    chapters: dict[Area, list[Row]] = {}
    for row in rows:
        chapters.setdefault(row.found("need", archive.market.needs).municipality, []).append(row)
    runs: dict[Area, MatchingRun] = {}
    for municipality, chapter in chapters.items():
        days = sorted(row.day("proposed_on") for row in chapter)
        first, last = (archive.almanac.moment(day, ASKED_AT) for day in (days[0], days[-1]))
        run = MatchingRun(started_at=first, municipality=municipality, weight_set=weights)
        run.publish(
            needs=len({row.text("need") for row in chapter}),
            offers=len({partner for row in chapter for partner in row.words("partners")}),
            at=last,
        )
        run.supersede()
        runs[municipality] = identified(run, municipality.path, "records", at=first)
    archive.session.add_all(runs.values())
    return runs


class _Story:
    """One proposal and what became of it; `tell` pauses at each moment that others may come before."""

    def __init__(self, archive: Archive, row: Row, run: MatchingRun, rank: int) -> None:
        self.archive = archive
        self.row = row
        self.run = run
        self.rank = rank
        self.key = row.required("key")
        self.need = row.found("need", archive.market.needs)
        self.offers = row.all_found("partners", archive.market.offers)
        self.outcome = row.choice("outcome", Outcome)
        self.coordinator = archive.people.coordinator_of(self.need.area)

    def tell(self) -> Iterator[datetime]:
        """Yield each moment that something happens next, and let it happen when resumed."""
        proposed_on = self.row.day("proposed_on")
        at = self._moment(proposed_on, ASKED_AT)
        yield at
        partnership = self._propose(at, proposed_on)
        at = self._moment(proposed_on, REQUESTER_ANSWERS_AT)
        requester, *providers = partnership.parties
        if self.outcome is Outcome.PROPOSED:
            yield at
            self._answer(partnership, requester, Reply.YES, at=at)
        elif self.outcome is Outcome.LAPSED:
            yield at
            self._answer(partnership, requester, Reply.YES, at=at)
            at = self._moment(add_business_days(proposed_on, RELEASE_BUSINESS_DAYS), PROVIDER_ANSWERS_AT)
            yield at
            self._finish(partnership, Stage.LAPSED, at=at)
        else:
            yield at
            self._answer(partnership, requester, Reply.YES, at=at)
            at = self._moment(self.row.day("answered_on"), PROVIDER_ANSWERS_AT)
            yield at
            if self.outcome is Outcome.DECLINED:
                self._decline(partnership, providers[0], at=at)
            else:
                for party in providers:
                    self._answer(partnership, party, Reply.YES, at=at)
                self._reveal(partnership, at)
                if self.row.truth("public"):
                    for party in partnership.parties:
                        party.publish(at=at)
                yield from self._carry_out(partnership)

    def _carry_out(self, partnership: Partnership) -> Iterator[datetime]:
        answered_on = self.row.day("answered_on")
        if self.outcome is Outcome.RUNNING:
            for stage, days in START:
                at = self._moment(answered_on + timedelta(days=days), ASKED_AT)
                yield at
                self._move(partnership, stage, at)
            return
        ended_on = self.row.day("ended_on")
        for stage, share in COURSE:
            at = self._moment(
                answered_on + timedelta(days=max(1, int((ended_on - answered_on).days * share))), ASKED_AT
            )
            yield at
            self._move(partnership, stage, at)
        at = self._moment(ended_on, PROVIDER_ANSWERS_AT)
        yield at
        self._finish(partnership, Stage.CLOSED, at=at, ending=ENDINGS[self.outcome])

    def _propose(self, at: datetime, proposed_on: date) -> Partnership:
        session = self.archive.session
        suggestion = self._suggestion(at)
        session.add(suggestion)
        session.flush()
        suggestion.approve(by=self.coordinator, at=at)
        identified(suggestion.approvals[0], self.key, at=at)
        due_on = add_business_days(self.archive.almanac.day(proposed_on), REPLY_BUSINESS_DAYS)
        partnership = Partnership.propose(suggestion, by=self.coordinator, at=at, reply_due_on=due_on)
        identified(partnership, self.key, at=at)
        for party in partnership.parties:
            key = (self.key, str(party.position))
            identified(party, *key, at=at)
            identified(party.enquiry, *key, at=at)
            for number, commitment in enumerate(party.commitments, start=1):
                identified(commitment, *key, str(number), at=at)
        self._identify_last_change(partnership, at)
        session.add(partnership)
        session.flush()
        capacity.take(session, partnership)
        return partnership

    def _suggestion(self, at: datetime) -> Suggestion:
        """Return the suggestion as the records know it: who and what, without score or reasons."""
        suggestion = Suggestion(
            rank=self.rank,
            score=None,
            confidence=0.0,
            value=0.0,
            reasons=[],
            open_slots=[],
            snapshot={},
            run=self.run,
            need=self.need,
        )
        identified(suggestion, self.key, at=at)
        lacking = {slot: slot.open_quantity for slot in self.need.slots}
        for position, offer in enumerate(self.offers, start=1):
            partner = SuggestionPartner(
                position=position,
                score=None,
                confidence=0.0,
                parts={},
                reasons=[],
                suggestion=suggestion,
                offer=offer,
            )
            identified(partner, self.key, str(position), at=at)
            self._share(partner, lacking, self.offers[position:], at)
        return suggestion

    def _share(self, partner: SuggestionPartner, lacking: dict[Slot, int], later: list[Offer], at: datetime) -> None:
        """Let the partner give to each slot the very thing it lacks, or else something of its kind.

        One is left for every later partner who can give too.
        """
        for suits in (_is_the_thing, _is_of_the_kind):
            for item in partner.offer.items:
                for slot in self.need.slots:
                    others = sum(any(suits(other, slot) for other in offer.items) for offer in later)
                    quantity = min(item.free_quantity, lacking[slot] - others)
                    if suits(item, slot) and quantity > 0:
                        lacking[slot] -= quantity
                        share = SuggestionShare(quantity=quantity, partner=partner, slot=slot, item=item)
                        positions = (partner.position, item.position, slot.position)
                        identified(share, self.key, *map(str, positions), at=at)
            if partner.shares:
                return
        raise self.row.refusal("partners", f"{partner.offer.title} has nothing left that the need lacks")

    def _answer(
        self,
        partnership: Partnership,
        party: Party,
        reply: Reply,
        *,
        at: datetime,
        reason: ReviewReason | None = None,
    ) -> None:
        own = self.archive.people.voice_of(self.archive.keys[party.participant])
        channel = ConsentChannel.WEB if own else ConsentChannel.TELEPHONE
        before = len(partnership.changes)
        partnership.answer(party, reply, by=own or self.coordinator, at=at, reason=reason, channel=channel)
        if len(partnership.changes) > before:
            self._identify_last_change(partnership, at)
        capacity.answer_received(self.archive.session, party.enquiry)

    def _decline(self, partnership: Partnership, party: Party, *, at: datetime) -> None:
        unanswered = _unanswered(partnership)
        unanswered[party.participant.id] -= 1
        reason = self.row.found("decline_reason", self.archive.reasons)
        self._answer(partnership, party, Reply.NO, at=at, reason=reason)
        capacity.release(self.archive.session, partnership, unanswered=unanswered, at=at)

    def _finish(self, partnership: Partnership, stage: Stage, *, at: datetime, ending: Ending | None = None) -> None:
        unanswered = _unanswered(partnership)
        by: Account | None = None if stage is Stage.LAPSED else self.coordinator
        if ending is not None:
            self.archive.session.flush()
            lines = self.archive.session.scalars(
                select(LedgerLine).where(LedgerLine.partnership_id == partnership.id).order_by(LedgerLine.id)
            ).all()
            course.end(self._chapter(partnership), lines, ending, on=town_day(at), at=at)
        partnership.move_to(stage, by=by, at=at, ending=ending)
        self._identify_last_change(partnership, at)
        capacity.release(self.archive.session, partnership, unanswered=unanswered, at=at)

    def _move(self, partnership: Partnership, stage: Stage, at: datetime) -> None:
        if stage is Stage.EVALUATING:
            partnership.begin_evaluation(by=self.coordinator, at=at)
        elif stage is Stage.AGREED:
            self._agree(partnership, at)
        else:
            partnership.move_to(stage, by=self.coordinator, at=at)
        self._identify_last_change(partnership, at)
        if stage is Stage.RUNNING:
            course.run(self._chapter(partnership), on=town_day(at), at=at)

    def _chapter(self, partnership: Partnership) -> course.Chapter:
        return course.Chapter(self.archive.session, partnership, self.key, self.coordinator)

    def _agree(self, partnership: Partnership, at: datetime) -> None:
        starts_on = self.row.day("answered_on") + timedelta(days=1)
        ends_on = self.row.day_or_none("ended_on") or starts_on + RUNS_FOR
        version = sign_agreement(
            partnership,
            self.key,
            starts_on=self.archive.almanac.day(starts_on),
            ends_on=self.archive.almanac.day(ends_on),
            by=self.coordinator,
            at=at,
        )
        self.archive.session.add(version)

    def _reveal(self, partnership: Partnership, at: datetime) -> None:
        """Log that everybody learnt everybody's contact details when the last yes came."""
        participants = list(dict.fromkeys(party.participant for party in partnership.parties))
        for subject in participants:
            for reader in participants:
                if reader is not subject:
                    reveal = Reveal(at=at, subject=subject, to_participant=reader, partnership=partnership)
                    keys = self.archive.keys
                    self.archive.session.add(identified(reveal, self.key, keys[subject], keys[reader], at=at))

    def _identify_last_change(self, partnership: Partnership, at: datetime) -> None:
        change = partnership.changes[-1]
        identified(change, self.key, change.stage, at=at)

    def _moment(self, day: date, clock: time) -> datetime:
        return self.archive.almanac.moment(day, clock)


def _is_the_thing(item: OfferItem, slot: Slot) -> bool:
    """Tell whether the item is the very thing that the slot lacks."""
    return item.kind is slot.kind and item.skill is slot.skill


def _is_of_the_kind(item: OfferItem, slot: Slot) -> bool:
    """Tell whether the item is at least of the kind that the slot lacks."""
    return item.kind is slot.kind


def _unanswered(partnership: Partnership) -> dict[UUID, int]:
    """Count the enquiries that are still open, by participant."""
    return dict(Counter(party.participant.id for party in partnership.parties if party.enquiry.is_open))
