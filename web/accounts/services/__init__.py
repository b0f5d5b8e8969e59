"""Changes to accounts: signing up and in, second factors, tokens, registering, being forgotten."""

from web.accounts.services.entering import (
    Link,
    end_all_sessions,
    enter_by_link,
    link_of_token,
    note_failures,
    remove_password,
    send_password_link,
    send_sign_in_link,
    set_password,
    sign_up,
)
from web.accounts.services.own_data import erase, export
from web.accounts.services.registering import appoint, change_locale, create_account, register
from web.accounts.services.second_factor import (
    enrol_second_factor,
    enrolment_uri,
    new_second_factor_secret,
    pass_second_factor,
)
from web.accounts.services.tokens import create_token, revoke_token

__all__ = [
    "Link",
    "appoint",
    "change_locale",
    "create_account",
    "create_token",
    "end_all_sessions",
    "enrol_second_factor",
    "enrolment_uri",
    "enter_by_link",
    "erase",
    "export",
    "link_of_token",
    "new_second_factor_secret",
    "note_failures",
    "pass_second_factor",
    "register",
    "remove_password",
    "revoke_token",
    "send_password_link",
    "send_sign_in_link",
    "set_password",
    "sign_up",
]
