"""The second factor of an account: an authenticator's code, which counts once."""

import secrets
import unicodedata
from datetime import datetime
from typing import Final

import pyotp

from models import Account, SignIn

STEP_SECONDS: Final = 30


def new_second_factor_secret() -> str:
    """Return a random secret for an authenticator."""
    return pyotp.random_base32()


def enrolment_uri(account: Account, secret: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name="Enishi")


def enrol_second_factor(account: Account, secret: str, code: str, *, at: datetime) -> bool:
    """Take the authenticator into use if it shows the right code; a code counts once."""
    step = _matching_step(secret, code, at=at)
    if step is None:
        return False
    account.second_factor_secret = secret
    account.second_factor_since = at
    account.second_factor_last_step = step
    return True


def pass_second_factor(account: Account, sign_in: SignIn, code: str, *, at: datetime) -> bool:
    """Open the session fully if the code is right and was not used before."""
    if account.second_factor_secret is None:
        return False
    step = _matching_step(account.second_factor_secret, code, at=at)
    if step is None or (account.second_factor_last_step is not None and step <= account.second_factor_last_step):
        return False
    account.second_factor_last_step = step
    sign_in.second_factor_passed = True
    return True


def _matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """Return the time step whose code this is, one step of drift allowed, or None."""
    plain = unicodedata.normalize("NFKC", code)
    digits = "".join(character for character in plain if character.isascii() and character.isdigit())
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None
