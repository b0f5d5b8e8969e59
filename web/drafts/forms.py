"""What somebody typed, as it was sent, and where it is kept: with the account, or with a visitor's browser."""

import secrets
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from models import Draft, DraftKind, utc_now
from web.database import current_session
from web.drafts import queries, services
from web.i18n import clock
from web.security import current_account, token_hash

Typed: TypeAlias = dict[str, list[str]]

TOKEN: Final = "draft"  # noqa: S105  # the name under which the cookie carries the token
NOT_TYPED: Final = frozenset({"csrf_token", "_once", "action", "go"})


def as_typed(sent: "MultiDict[str, str]") -> Typed:
    """Return what a form sent, without its tokens and buttons."""
    return {name: values for name, values in sent.lists() if name not in NOT_TYPED}


def as_sent(content: Mapping[str, Any]) -> "MultiDict[str, str]":
    """Return kept content as if a form had sent it now."""
    return MultiDict([(name, value) for name, values in content.items() for value in values])


def saved_sentence(draft: Draft) -> str:
    """Return when a draft was kept, as it stands beside the form."""
    return str(_("Saved at %(time)s", time=clock(draft.saved_at)))


class DraftOf:
    """The draft that whoever is at the door has of one form."""

    def __init__(self, kind: DraftKind, *, about: str = "") -> None:
        self.kind = kind
        self.about = about
        self.found = self._find()

    @property
    def typed(self) -> Typed | None:
        """Return what was typed so far, None where nothing is kept."""
        return None if self.found is None else dict(self.found.content)

    def keep(self, typed: Typed) -> Draft:
        """Keep what was typed in the place of what was kept before."""
        session, account, at = current_session(), current_account(), utc_now()
        if account is not None:
            self.found = services.save(session, account, self.kind, typed, about=self.about, at=at)
        else:
            self.found = services.save_for_browser(session, self._token(), self.kind, typed, at=at)
        return self.found

    def forget(self) -> None:
        """Remove the draft, because what it held was said."""
        if self.found is not None:
            services.discard(current_session(), self.found)

    def _find(self) -> Draft | None:
        session, account, at = current_session(), current_account(), utc_now()
        if account is not None:
            return queries.draft_of(session, account, self.kind, about=self.about, at=at)
        if TOKEN not in cookie:
            return None
        found = queries.draft_of_browser(session, token_hash(cookie[TOKEN]), at=at)
        return found if found is not None and found.kind is self.kind else None

    def _token(self) -> str:
        """Return the hash of the browser's token; a draft of another form keeps its own token."""
        if self.found is None or TOKEN not in cookie:
            cookie[TOKEN] = secrets.token_urlsafe(32)
            cookie.permanent = True
        return token_hash(cookie[TOKEN])
