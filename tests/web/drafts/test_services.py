"""What was typed is kept for whoever typed it, and for nobody else."""

from datetime import timedelta

from sqlalchemy import select

from models import AuditedSession, Draft, DraftKind, utc_now
from tests.factories import make_account
from web.drafts import queries, services
from web.operations.services import tidying

NOW = utc_now()


def test_what_is_saved_again_takes_the_place_of_what_was_there(session: AuditedSession) -> None:
    account = make_account()
    session.add(account)
    services.save(session, account, DraftKind.NEED, {"title": "みこし"}, at=NOW)

    services.save(session, account, DraftKind.NEED, {"title": "みこしの担ぎ手"}, at=NOW)

    session.flush()
    found = queries.draft_of(session, account, DraftKind.NEED, at=NOW)
    assert found is not None
    assert found.content == {"title": "みこしの担ぎ手"}


def test_a_draft_is_not_seen_by_another_account(session: AuditedSession) -> None:
    account, other = make_account(), make_account()
    session.add_all([account, other])

    services.save(session, account, DraftKind.NEED, {"title": "みこし"}, at=NOW)

    session.flush()
    assert queries.draft_of(session, other, DraftKind.NEED, at=NOW) is None


def test_the_draft_of_a_browser_is_found_only_until_it_is_claimed(session: AuditedSession) -> None:
    account = make_account()
    session.add(account)
    services.save_for_browser(session, "a" * 64, DraftKind.ABILITIES, {"skills": ["料理"]}, at=NOW)

    services.claim(session, account, "a" * 64, at=NOW)

    session.flush()
    assert queries.draft_of_browser(session, "a" * 64, at=NOW) is None
    assert queries.draft_of(session, account, DraftKind.ABILITIES, at=NOW) is not None


def test_a_claimed_draft_takes_the_place_of_an_older_one(session: AuditedSession) -> None:
    account = make_account()
    session.add(account)
    services.save(session, account, DraftKind.ABILITIES, {"skills": ["囲碁"]}, at=NOW)
    services.save_for_browser(session, "a" * 64, DraftKind.ABILITIES, {"skills": ["料理"]}, at=NOW)

    services.claim(session, account, "a" * 64, at=NOW)

    session.flush()
    found = queries.draft_of(session, account, DraftKind.ABILITIES, at=NOW)
    assert found is not None
    assert found.content == {"skills": ["料理"]}


def test_a_draft_past_its_time_is_not_shown_and_is_tidied_away(session: AuditedSession) -> None:
    services.save_for_browser(session, "a" * 64, DraftKind.ABILITIES, {}, at=NOW)
    session.flush()
    late = NOW + services.KEPT_FOR_A_BROWSER + timedelta(seconds=1)

    assert queries.draft_of_browser(session, "a" * 64, at=late) is None
    assert tidying.tidy(session, at=late).drafts == 1
    assert session.scalars(select(Draft)).all() == []
