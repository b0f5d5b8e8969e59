"""Choosing the form of a partnership."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from matching.collaboration import rank_forms
from models import Account, CollaborationForm, FormChoice, Partnership
from models.errors import IllegalMove, StaleVersion
from web.collaboration import queries
from web.partnerships.queries import lock_partnership


def choose(
    session: Session,
    partnership: Partnership,
    form: CollaborationForm,
    *,
    answers: Mapping[str, str],
    reason: str,
    version: int,
    by: Account,
    at: datetime,
) -> FormChoice:
    """Choose a form, or another one than before, with the answers and the ranking that stood before whoever chose.

    Raises
    ------
    IllegalMove
        The agreement is signed, or not everybody said yes.
    StaleVersion
        Somebody else chose while the page was open.

    """
    lock_partnership(session, partnership)
    if not queries.may_choose(partnership):
        raise IllegalMove(f"the form of a partnership that is {partnership.stage} is not chosen any longer")
    choice = queries.choice_now(session, partnership)
    if choice is None:
        if version:
            raise StaleVersion("the choice that the page showed is not there")
        choice = FormChoice(partnership=partnership)
    else:
        choice.check_version(version)
    ranked = [CollaborationForm(one.form) for one in rank_forms(answers).forms]
    choice.choose(form, answers=answers, ranked=ranked, departure_reason=reason, by=by, at=at)
    session.add(choice)
    return choice
