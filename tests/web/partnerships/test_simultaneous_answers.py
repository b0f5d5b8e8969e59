from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import Account, AuditContext, AuditedSession, ConsentPurpose, Enquiry, NeedStatus, Participant, Reply, Stage
from models.errors import DomainError
from web.participants.services import withdraw_consent
from web.partnerships import services


def at_once(engine: Engine, *works: Any) -> list[str]:
    """Do each piece of work in a session of its own, all at the same moment, and name what was refused."""
    barrier, refusals = Barrier(len(works)), []

    def work(one: Any) -> None:
        barrier.wait()
        try:
            with AuditedSession(engine) as session, session.begin():
                session.info["audit"] = AuditContext(key=b"a key for tests", via="test")
                one(session)
        except (DomainError, SQLAlchemyError) as refusal:
            refusals.append(type(refusal).__name__)

    threads = [Thread(target=work, args=(one,)) for one in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


@pytest.mark.parametrize("attempt", range(3))
def test_yeses_at_the_same_moment_accept_the_partnership(town: Any, engine: Engine, attempt: int) -> None:
    del attempt
    partnership = town.propose()
    at, identities = partnership.proposed_at, [party.enquiry.id for party in partnership.parties]
    town.session.rollback()

    def say_yes(identity: Any) -> Any:
        def say(session: Session) -> None:
            enquiry, account = session.get_one(Enquiry, identity), session.get_one(Account, town.chair.id)
            services.answer(session, enquiry, Reply.YES, by=account, at=at)

        return say

    refusals = at_once(engine, *[say_yes(identity) for identity in identities])

    town.session.expire_all()
    assert refusals == []
    assert partnership.stage is Stage.ACCEPTED
    assert town.need.status is NeedStatus.FILLED
    assert len(town.mails("all-said-yes")) == 3


def test_a_consent_withdrawn_while_the_last_yes_arrives_is_before_or_after_it(town: Any, engine: Engine) -> None:
    partnership = town.propose()
    at = partnership.proposed_at
    for party in partnership.parties[:2]:
        services.answer(town.session, party.enquiry, Reply.YES, by=town.chair, at=at)
    town.session.commit()
    last = partnership.parties[2].enquiry.id
    town.session.rollback()

    def say_yes(session: Session) -> None:
        services.answer(
            session, session.get_one(Enquiry, last), Reply.YES, by=session.get_one(Account, town.person.id), at=at
        )

    def withdraw(session: Session) -> None:
        resident = session.get_one(Participant, town.resident.id)
        account = session.get_one(Account, town.person.id)
        withdraw_consent(session, resident, ConsentPurpose.PROJECTS, by=account, at=at)

    refusals = at_once(engine, say_yes, withdraw)

    town.session.expire_all()
    assert (partnership.stage, refusals) in [(Stage.ACCEPTED, []), (Stage.WITHDRAWN, ["AlreadyDecided"])]
    assert not town.resident.consented_to(ConsentPurpose.PROJECTS)
