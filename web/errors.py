"""Broken rules are turned into answers once, as a page or as problem+json."""

from http import HTTPStatus
from typing import Final

from flask import Flask, Response, g, json, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from models.errors import (
    AgreementIncomplete,
    AlreadyDecided,
    CapacityExhausted,
    ConsentMissing,
    DomainError,
    IllegalMove,
    InvalidValue,
    LedgerUnbalanced,
    NobodyLeft,
    NotAllowed,
    NotInHand,
    StaleVersion,
    TooManyEnquiries,
    WayMissing,
    YearlyLimitReached,
)
from web.database import SAFE_METHODS
from web.security import API_PREFIX, awaited_second_factor, current_account

STATUS: Final[dict[type[DomainError], HTTPStatus]] = {
    NotAllowed: HTTPStatus.FORBIDDEN,
    IllegalMove: HTTPStatus.CONFLICT,
    NobodyLeft: HTTPStatus.CONFLICT,
    StaleVersion: HTTPStatus.CONFLICT,
    AlreadyDecided: HTTPStatus.CONFLICT,
    CapacityExhausted: HTTPStatus.CONFLICT,
    YearlyLimitReached: HTTPStatus.CONFLICT,
    TooManyEnquiries: HTTPStatus.CONFLICT,
    ConsentMissing: HTTPStatus.CONFLICT,
    AgreementIncomplete: HTTPStatus.CONFLICT,
    NotInHand: HTTPStatus.CONFLICT,
    LedgerUnbalanced: HTTPStatus.CONFLICT,
    WayMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
}
SENTENCES: Final = {
    NotAllowed: _l("You may not do this."),
    NobodyLeft: _l("Nobody would be responsible any longer. Let somebody else take over first."),
    IllegalMove: _l("This step is not possible from where things stand now."),
    StaleVersion: _l("Somebody else changed this while you had it open."),
    AlreadyDecided: _l("Somebody else decided first."),
    CapacityExhausted: _l("What was to be promised has been promised to others meanwhile."),
    YearlyLimitReached: _l("The offer has been promised as often as its owner allows in this fiscal year."),
    TooManyEnquiries: _l("One of the parties already has three open enquiries. Wait for an answer first."),
    ConsentMissing: _l("The person concerned did not consent to this."),
    AgreementIncomplete: _l("The agreement still misses something that the principles ask for. Its page names what."),
    NotInHand: _l("More cannot come back, be used up or be missing than was handed over and is still outstanding."),
    LedgerUnbalanced: _l("Things that were lent, or money, are outstanding. Write down first what became of them."),
    WayMissing: _l("You enter this for somebody else. Say who said it, and in which way."),
    InvalidValue: _l("A value is outside of what is possible."),
}
# Only these come of somebody else's doing; whatever else cannot be done now is nobody's haste.
OVERTAKEN: Final = (AlreadyDecided, StaleVersion, CapacityExhausted, YearlyLimitReached)
HTTP_SENTENCES: Final = {
    400: _l("The request could not be understood."),
    403: _l("You may not open this page."),
    404: _l("There is no such page, or it is not for you."),
    405: _l("This page cannot be used in that way."),
    409: _l("Somebody else was faster."),
    413: _l("What was sent is too large."),
    422: _l("Something in the form is missing or wrong."),
    429: _l("There were too many attempts. Please wait a few minutes."),
    500: _l("Something went wrong on our side. Nothing was changed."),
    503: _l("The service is not available for a moment. Please try again shortly."),
}
RETRY_AFTER_SECONDS: Final = "2"


def init_errors(app: Flask) -> None:
    """Register one answer for each kind of failure."""
    app.register_error_handler(DomainError, _broken_rule)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(OperationalError, _database_gone)
    app.register_error_handler(DBAPIError, _unreadable)
    app.register_error_handler(UnicodeError, _unreadable)
    app.register_error_handler(RecursionError, _unreadable)
    app.register_error_handler(OverflowError, _unreadable)
    app.register_error_handler(CSRFError, _foreign_form)
    app.register_error_handler(HTTPException, _refused)


def misshapen(error: ValidationError) -> Response:
    """Answer a body or address that has not the promised shape, without repeating what was sent.

    What was sent may hold what no answer can, such as a lone half of a surrogate pair.
    """
    found = error.errors(include_url=False, include_context=False, include_input=False)
    problem = {
        "type": "about:blank#malformed",
        "title": str(HTTP_SENTENCES[422]),
        "status": 422,
        "errors": [{"at": list(one["loc"]), "what": one["msg"]} for one in found],
    }
    return Response(json.dumps(problem), 422, content_type="application/problem+json")


def _answer(status: int, sentence: str, *, code: str = "", advice: str = "", title: str = "") -> ResponseReturnValue:
    if request.path.startswith(API_PREFIX):
        problem = {"type": f"about:blank#{code}" if code else "about:blank", "title": sentence, "status": status}
        return Response(json.dumps(problem), status, content_type="application/problem+json")
    page = render_template(
        "errors/error.html",
        code=status,
        title=title or HTTP_SENTENCES.get(status, HTTPStatus(status).phrase),
        what_happened=sentence,
        what_to_do=advice,
        bare=status == HTTPStatus.SERVICE_UNAVAILABLE,
    )
    return page, status


def _broken_rule(error: DomainError) -> ResponseReturnValue:
    status = STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
    sentence = str(SENTENCES.get(type(error), SENTENCES[InvalidValue]))
    hindered = status == HTTPStatus.CONFLICT and not isinstance(error, OVERTAKEN)
    title = str(_l("This cannot be done now.")) if hindered else ""
    advice = str(_l("Go back, reload the page and look again."))
    return _answer(status, sentence, code=error.code, advice=advice, title=title)


def _overtaken(error: Exception) -> ResponseReturnValue:
    del error
    return _answer(409, str(SENTENCES[AlreadyDecided]), advice=str(_l("Go back, reload the page and look again.")))


def _database_gone(error: OperationalError) -> ResponseReturnValue:
    del error
    g.bare = True  # nothing but the page itself can be relied on
    response = Response(*_as_pair(_answer(503, str(HTTP_SENTENCES[503]))))
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    if request.path.startswith(API_PREFIX):
        response.content_type = "application/problem+json"
    return response


def _as_pair(value: ResponseReturnValue) -> tuple[str, int]:
    if isinstance(value, Response):
        return value.get_data(as_text=True), value.status_code
    return value  # type: ignore[return-value]  # `_answer` gives a pair where it gives no response


def _unreadable(error: Exception) -> ResponseReturnValue:
    del error
    return _answer(400, str(HTTP_SENTENCES[400]))


def _foreign_form(error: CSRFError) -> ResponseReturnValue:
    del error
    return _answer(
        400,
        str(_l("This form has grown too old, or it was not sent from our pages.")),
        code="csrf",
        advice=str(_l("Open the page again and send the form once more.")),
    )


def _refused(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if isinstance(error, SecurityError):
        # The request names a host that is not ours, so no address of a page can be built for it.
        return Response(str(HTTP_SENTENCES[400]), 400, content_type="text/plain; charset=utf-8")
    if status in {301, 302, 303, 307, 308}:
        return error.get_response()
    if status == HTTPStatus.UNAUTHORIZED and not request.path.startswith(API_PREFIX):
        return _to_sign_in()
    answer = _answer(status, str(HTTP_SENTENCES.get(status, HTTP_SENTENCES[400])))
    if status == HTTPStatus.UNAUTHORIZED:
        response = Response(*_as_pair(answer), content_type="application/problem+json")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    return answer


def _to_sign_in() -> ResponseReturnValue:
    """Show the way to the sign-in, and remember where a reader wanted to go."""
    if awaited_second_factor() is not None and current_account() is None:
        return redirect(url_for("accounts.second_factor"))
    if request.method in SAFE_METHODS:
        session["after_sign_in"] = request.full_path.rstrip("?")
    return redirect(url_for("accounts.sign_in"))
