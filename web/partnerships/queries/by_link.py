"""The signed link in the mail of an enquiry: bound to the enquiry and to the account that it was mailed to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from models import Account, Enquiry, Permission, is_granted

ANSWER_SALT: Final = "answer"
# Longer than any enquiry waits; an answer or a release ends the link before.
LINK_LASTS: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class AskedByLink:
    """An enquiry and the account that answers it without signing in."""

    enquiry: Enquiry
    account: Account


def answer_token(session: Session, enquiry: Enquiry, account: Account) -> str:
    """Return what the link in the mail carries."""
    return str(_serializer(session).dumps([enquiry.id.hex, account.id.hex]))


def asked_by_link(session: Session, token: str, *, at: datetime) -> AskedByLink | None:
    """Return who is asked what, or None where the link is wrong or too old, or the account may not answer now."""
    try:
        enquiry_id, account_id = _serializer(session).loads(token)
        enquiry, account = session.get(Enquiry, UUID(enquiry_id)), session.get(Account, UUID(account_id))
    except (BadSignature, ValueError, TypeError):
        return None
    if enquiry is None or account is None or at >= enquiry.sent_at + LINK_LASTS:
        return None
    if not account.may_act_by_link or not is_granted(Permission.ENQUIRY_ANSWER, account, enquiry):
        return None
    return AskedByLink(enquiry, account)


def _serializer(session: Session) -> URLSafeSerializer:
    return URLSafeSerializer(session.info["link_key"], salt=ANSWER_SALT)
