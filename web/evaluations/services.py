"""Changes to evaluations: a party looks back, somebody who came along answers, somebody from outside is heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from models import (
    Account,
    Again,
    ConsentChannel,
    Evaluation,
    GoalReached,
    Merit,
    NewsKind,
    OutsideView,
    Partnership,
    Party,
    Stage,
    SurveyAnswer,
)
from models.business_days import business_days_between
from models.errors import AlreadyDecided, IllegalMove, InvalidValue, NotAllowed
from models.years import town_day
from web.evaluations import emails, queries
from web.news.services import tell
from web.participants.queries import accounts_of, may_write_down_for
from web.partnerships.queries import lock_partnership
from web.people.queries import coordinators_of

LEAST_GRADE: Final = 1
HIGHEST_GRADE: Final = 4
HEARD_FROM_OUTSIDE: Final = frozenset({Stage.EVALUATING, Stage.CLOSED})


@dataclass(frozen=True, slots=True)
class Said:
    """What a party says when it looks back; what it cannot judge is left out."""

    goal: GoalReached
    again: Again
    principles: Mapping[str, int]
    merits: Mapping[str, int]
    helped: str = ""
    hindered: str = ""


@dataclass(frozen=True, slots=True)
class CameAlong:
    """What somebody who came along says."""

    satisfaction: int
    met_somebody_new: bool | None = None
    again: Again | None = None
    comment: str = ""


def evaluate(
    session: Session,
    party: Party,
    said: Said,
    *,
    by: Account,
    at: datetime,
    channel: ConsentChannel = ConsentChannel.WEB,
) -> Evaluation:
    """Note what a party says; the last answer opens them all, and the others are told.

    Raises
    ------
    NotAllowed
        Who writes neither speaks for the party nor may write down what it said.
    IllegalMove
        The partnership does not look back now.
    AlreadyDecided
        The party has answered, or the answers can be read, so that nobody answers blind any longer.

    """
    partnership = party.partnership
    lock_partnership(session, partnership)
    _check_speaks(session, party, by=by, channel=channel)
    if partnership.stage is not Stage.EVALUATING:
        raise IllegalMove(f"a partnership that is {partnership.stage} is not evaluated")
    answered = queries.answered(session, partnership)
    if party.id in answered or queries.is_open(partnership, answered, on=town_day(at)):
        raise AlreadyDecided("this party answered already, or the answers can be read")
    _check_grades(session, partnership, said)
    evaluation = Evaluation(
        party=party,
        goal=said.goal,
        again=said.again,
        principles=dict(said.principles),
        merits=dict(said.merits),
        helped=said.helped,
        hindered=said.hindered,
        given_at=at,
        given_by=by,
        channel=channel,
    )
    session.add(evaluation)
    session.flush()
    if queries.is_open(partnership, answered | {party.id}, on=town_day(at)):
        tell(session, partnership, NewsKind.EVALUATIONS_OPENED, by=by, at=at)
    return evaluation


def answer_survey(
    session: Session, partnership: Partnership, came: CameAlong, *, at: datetime, sheet: str | None = None
) -> None:
    """Keep an answer without a name; a sheet that is sent again counts once.

    Raises
    ------
    IllegalMove
        The survey has not begun, or is over.

    """
    queries.lock_for_survey(session, partnership)
    if not queries.takes_survey(partnership, on=town_day(at)):
        raise IllegalMove(f"nobody is asked about a partnership that is {partnership.stage}")
    identity = None if sheet is None else uuid5(partnership.id, sheet)
    if identity is not None and session.get(SurveyAnswer, identity) is not None:
        return
    answer = SurveyAnswer(
        partnership=partnership,
        satisfaction=came.satisfaction,
        met_somebody_new=came.met_somebody_new,
        again=came.again,
        comment=came.comment,
        given_at=at,
    )
    if identity is not None:
        answer.id = identity
    session.add(answer)


def note_outside_view(
    session: Session,
    partnership: Partnership,
    *,
    name: str,
    capacity: str,
    goal: GoalReached,
    view: str,
    by: Account,
    at: datetime,
) -> OutsideView:
    """Note how somebody who is no party sees it.

    Raises
    ------
    IllegalMove
        There is nothing to look back on yet.

    """
    if partnership.stage not in HEARD_FROM_OUTSIDE:
        raise IllegalMove(f"nobody is heard about a partnership that is {partnership.stage}")
    if not view:
        raise InvalidValue("a view says something")
    noted = OutsideView(
        partnership=partnership, name=name, capacity=capacity, goal=goal, view=view, noted_by=by, noted_at=at
    )
    session.add(noted)
    return noted


def keep_time(session: Session, partnership: Partnership, *, at: datetime) -> None:
    """Remind once who has not answered shortly before the last day, and tell once that it has passed."""
    lock_partnership(session, partnership)
    today, until = town_day(at), partnership.evaluated_until
    if partnership.stage is not Stage.EVALUATING or until is None:
        return
    answered = queries.answered(session, partnership)
    awaited = [party for party in partnership.present if party.id not in answered]
    if queries.is_open(partnership, answered, on=today):
        # Where the last answer opened them, they were told with it; here a day did, or somebody who left.
        by_itself = bool(awaited) or any(party.left_at is not None for party in partnership.parties)
        if by_itself and not queries.was_told(session, partnership):
            tell(session, partnership, NewsKind.EVALUATIONS_OPENED, by=None, at=at)
    elif business_days_between(today, until) <= queries.REMIND_BUSINESS_DAYS:
        _remind(session, partnership, awaited)


def _remind(session: Session, partnership: Partnership, awaited: list[Party]) -> None:
    """Write to who speaks for a party that is awaited, or to who can write down what it says; to each once.

    The mail's id follows from what it is about: so it is seen in the outbox whether it was written before, also after
    its words were forgotten, and two workers cannot both write it.
    """
    spoken_for = accounts_of(session, [party.participant for party in awaited])
    mails: dict[UUID, tuple[Account, bool]] = {}
    for party in awaited:
        own = spoken_for[party.participant_id]
        for account in own or _coordinators_of(session, partnership):
            mail_id = uuid5(partnership.id, f"evaluation-due:{account.id}")
            mails[mail_id] = account, bool(own) or (mail_id in mails and mails[mail_id][1])
    written = queries.written_mails(session, mails)
    for mail_id, (account, is_own) in mails.items():
        if mail_id not in written:
            emails.evaluation_due(session, partnership, mail_id=mail_id, is_own=is_own, to=account)


def _coordinators_of(session: Session, partnership: Partnership) -> list[Account]:
    proposer = partnership.proposed_by
    if proposer is not None and proposer.may_sign_in:
        return [proposer]
    return list(coordinators_of(session, partnership.municipality))


def _check_speaks(session: Session, party: Party, *, by: Account, channel: ConsentChannel) -> None:
    if party.left_at is not None:
        raise NotAllowed("this party has left")
    if channel is ConsentChannel.WEB:
        allowed = by.represents(party.participant_id)
    else:
        allowed = may_write_down_for(session, party, by)
    if not allowed:
        raise NotAllowed("this is said by the party itself")


def _check_grades(session: Session, partnership: Partnership, said: Said) -> None:
    known = {principle.code for principle in queries.principles_of(session, partnership.municipality)}
    if not (set(said.principles) <= known and set(said.merits) <= set(Merit)):
        raise InvalidValue("a grade names one of the principles or merits")
    if not all(LEAST_GRADE <= grade <= HIGHEST_GRADE for grade in (*said.principles.values(), *said.merits.values())):
        raise InvalidValue("a grade is 1 to 4")
