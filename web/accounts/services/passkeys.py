"""Passkeys: questions to a device that are answered once, and what the answers prove."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, cast
from urllib.parse import urlsplit

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    generate_challenge,
    options_to_json_dict,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models import Account, Passkey, PasskeyChallenge
from models.errors import NotAllowed
from web.accounts import emails

CHALLENGE_LASTS: Final = timedelta(minutes=5)
NAME_OF_SITE: Final = "Enishi 縁"
MISSHAPEN: Final = (WebAuthnException, ValueError, TypeError, KeyError)


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser hands to the device, and the challenge in it, which the session remembers."""

    options: dict[str, Any]
    challenge: str


def ask_to_sign_in(session: Session, *, origin: str, at: datetime) -> Question:
    """Ask whichever passkey the person chooses to prove who they are."""
    challenge = _new_challenge(session, at=at)
    options = generate_authentication_options(
        rp_id=_site_of(origin), challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Question(options_to_json_dict(options), bytes_to_base64url(challenge))


def ask_for_a_new_one(session: Session, account: Account, *, origin: str, at: datetime) -> Question:
    """Ask a device to make a passkey for this account; one that has one already is left out."""
    challenge = _new_challenge(session, at=at)
    known = session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account.id)).all()
    options = generate_registration_options(
        rp_id=_site_of(origin),
        rp_name=NAME_OF_SITE,
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=account.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    return Question(options_to_json_dict(options), bytes_to_base64url(challenge))


def spend_challenge(session: Session, challenge: str, *, at: datetime) -> bool:
    """Use up a challenge, and tell whether it was still good."""
    statement = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == _hash(challenge), PasskeyChallenge.expires_at > at
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


def add_passkey(
    session: Session, account: Account, credential: str, *, challenge: str, origin: str, name: str
) -> Passkey | None:
    """Keep the passkey that a device made, and tell its owner; None where the answer proves nothing."""
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site_of(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
        transports = parse_registration_credential_json(credential).response.transports or []
    except MISSHAPEN:
        return None
    credential_id = bytes_to_base64url(verified.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        return None
    passkey = Passkey(
        account=account,
        credential_id=credential_id,
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        transports=[transport.value for transport in transports],
        name=name,
    )
    session.add(passkey)
    emails.passkey_added(session, account, name=name)
    return passkey


def prove_by_passkey(session: Session, credential: str, *, challenge: str, origin: str, at: datetime) -> Account | None:
    """Return the account whose passkey gave this answer, or None where it proves nothing."""
    passkey = _answering(session, credential)
    if passkey is None:
        return None
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site_of(origin),
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except MISSHAPEN:
        return None
    passkey.used(sign_count=verified.new_sign_count, at=at)
    return passkey.account


def remove_passkey(session: Session, passkey: Passkey, *, by: Account) -> None:
    """Forget one of the account's own passkeys; its way in is closed from now on."""
    if passkey.account_id != by.id:
        raise NotAllowed("a passkey is removed by its own account")
    session.delete(passkey)


def _answering(session: Session, credential: str) -> Passkey | None:
    """Return the passkey that the answer names; the account that it names must be its owner."""
    try:
        answer = json.loads(credential)
        credential_id, handle = str(answer["id"]), answer["response"].get("userHandle")
        owner = base64url_to_bytes(handle) if handle else None
    except (*MISSHAPEN, AttributeError, RecursionError):
        return None
    passkey = session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))
    if passkey is None or (owner is not None and owner != passkey.account_id.bytes):
        return None
    return passkey


def _new_challenge(session: Session, *, at: datetime) -> bytes:
    challenge = generate_challenge()
    hashed = _hash(bytes_to_base64url(challenge))
    session.add(PasskeyChallenge(challenge_hash=hashed, expires_at=at + CHALLENGE_LASTS))
    return challenge


def _hash(challenge: str) -> str:
    return sha256(challenge.encode()).hexdigest()


def _site_of(origin: str) -> str:
    """Return the relying party: the name of the host, without scheme and port."""
    return urlsplit(origin).hostname or ""
