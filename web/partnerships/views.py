"""Pages of partnerships, and the question to one party."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from models import Account, Enquiry, Partnership, Permission, Reply, is_granted, utc_now
from models.lifecycle import MAIN_WAY
from models.years import town_day
from web.database import current_session, working_as
from web.endorsements.queries import standing
from web.i18n import asked_language, locale
from web.labels import label
from web.pages import limiter, pagination
from web.partnerships import documents, queries, services
from web.partnerships.forms import AnswerForm, NotedAnswerForm, PublicationForm, PublicFilter
from web.partnerships.queries import published
from web.security import account_at_work, current_account, requires
from web.transfer import for_programs

bp = Blueprint("partnerships", __name__)

LINKS_A_NETWORK = "120 per hour"


@bp.get("/partnerships")
@requires(Permission.PARTNERSHIP_LIST)
def index() -> ResponseReturnValue:
    """Show what waits for an answer, what runs, and what is over."""
    session, account = current_session(), account_at_work()
    page = queries.page_of(session, account, number=request.args.get("page", 1, type=int))
    return render_template(
        "partnerships/index.html",
        awaiting=queries.awaiting_answer_of(session, account),
        page=page,
        pagination=pagination(page.number, page.pages),
    )


@bp.get("/partnerships/<uuid:id>")
@requires(Permission.PARTNERSHIP_SEE, on=Partnership)
def partnership(found: Partnership) -> ResponseReturnValue:
    """Show one partnership as far as the reader may see it."""
    account = account_at_work()
    return render_template(
        "partnerships/partnership.html",
        seen=queries.seen_partnership(current_session(), found, account),
        outcome=queries.outcome_of(current_session(), found, account),
        stages=[(stage, label(stage)) for stage in MAIN_WAY],
        may_carry=is_granted(Permission.PARTNERSHIP_CARRY, account, found),
    )


@bp.post("/partnerships/<uuid:id>/withdraw")
@requires(Permission.SUGGESTION_REVIEW, on=Partnership)
def withdraw(found: Partnership) -> ResponseReturnValue:
    """Take back a proposal."""
    services.withdraw(current_session(), found, by=account_at_work(), at=utc_now())
    flash(_("The proposal has been taken back. The parties have been told."), "success")
    return redirect(url_for("partnerships.partnership", id=found.id), 303)


@bp.get("/partnerships/public")
@requires(Permission.PARTNERSHIP_PUBLIC_LIST)
def public() -> ResponseReturnValue:
    """List the partnerships that every party agreed to make public."""
    session, form = current_session(), PublicFilter(request.args)
    active = form.active()
    page = published.published_page(session, **form.wanted(), number=request.args.get("page", 1, type=int))
    form.offer_choices(published.areas_of(session), published.fields_of(session), locale())
    return render_template(
        "partnerships/public.html",
        search=form,
        page=page,
        active=active,
        pagination=pagination(page.number, page.pages, **active),
    )


@bp.get("/partnerships/public.json")
@requires(Permission.PARTNERSHIP_PUBLIC_LIST)
def public_data() -> ResponseReturnValue:
    """Give the same list as data, the same to everybody."""
    page, following = _register()
    return _with_next(
        for_programs(documents.register(page, site=_site(), following=following), "application/json"), following
    )


@bp.get("/partnerships/public.csv")
@requires(Permission.PARTNERSHIP_PUBLIC_LIST)
def public_sheet() -> ResponseReturnValue:
    """Give the same list as a table, the same to everybody."""
    language = asked_language()
    page, following = _register(lang=language)
    with force_locale(language):
        content = documents.sheet(page, site=_site(), language=language)
    answer = _with_next(for_programs(content, "text/csv"), following)
    answer.headers["Content-Disposition"] = f"attachment; filename=partnerships-{page.number}.csv"
    return answer


@bp.get("/partnerships/public.atom")
@requires(Permission.PARTNERSHIP_PUBLIC_LIST)
def public_feed() -> ResponseReturnValue:
    """Give what changed last in the same list as a feed, the same to everybody."""
    form, language, site = PublicFilter(request.args), asked_language(), _site()
    found = published.newest(current_session(), **form.wanted())
    own: dict[str, Any] = form.active() | {"lang": language}
    with force_locale(language):
        content = documents.feed(
            found,
            title=_("Enishi: %(name)s", name=_("Partnerships that came about")),
            language=language,
            site=site,
            page=site + url_for("partnerships.public", **form.active()),
            own=site + url_for("partnerships.public_feed", **own),
        )
    return for_programs(content, "application/atom+xml")


@bp.get("/partnerships/public/<uuid:id>")
@requires(Permission.PARTNERSHIP_PUBLIC_SEE, on=Partnership)
def public_one(found: Partnership) -> ResponseReturnValue:
    """Show one partnership as anybody reads it; its parties see beforehand what that would be."""
    session = current_session()
    seen = published.whole_public(session, found)
    return render_template(
        "partnerships/public_one.html",
        seen=seen,
        endorsements=standing(session, {body.id for body in seen.bodies}, on=town_day(utc_now())),
        is_inside=is_granted(Permission.PARTNERSHIP_SEE, current_account(), found),
    )


@bp.post("/partnerships/<uuid:id>/publication")
@requires(Permission.PARTNERSHIP_PUBLISH, on=Partnership)
def publish(found: Partnership) -> ResponseReturnValue:
    """Note whether a party agrees that anybody may read of the partnership."""
    form = PublicationForm()
    party = next((one for one in found.parties if form.validate() and one.id == form.party_id), None)
    if party is None:
        abort(422)
    agrees = Reply(form.reply.data) is Reply.YES
    services.publish(current_session(), party, agrees=agrees, by=account_at_work(), at=utc_now())
    flash(_("You agreed to publication.") if agrees else _("It is not public now."), "success")
    return redirect(url_for("partnerships.partnership", id=found.id, _anchor="publication"), 303)


@bp.get("/enquiries/<uuid:id>")
@requires(Permission.ENQUIRY_SEE, on=Enquiry)
def enquiry(asked: Enquiry) -> ResponseReturnValue:
    """Ask one party whether it takes part."""
    return _enquiry_page(asked, _answer_form())


@bp.post("/enquiries/<uuid:id>")
@requires(Permission.ENQUIRY_ANSWER, on=Enquiry)
def answer(asked: Enquiry) -> ResponseReturnValue:
    """Take the answer of one party."""
    form = _answer_form()
    if not asked.is_open:
        return _enquiry_page(asked, form), 409
    if not form.validate():
        return _enquiry_page(asked, form), 422
    found = _note_answer(asked, form, by=account_at_work())
    flash(_("Thank you. Your answer has been noted."), "success")
    return redirect(url_for("partnerships.partnership", id=found.id), 303)


@bp.route("/enquiries/<uuid:id>/note", methods=["GET", "POST"])
@requires(Permission.ENQUIRY_NOTE, on=Enquiry)
def note_answer(asked: Enquiry) -> ResponseReturnValue:
    """Take the answer that a party without an account gave to a coordinator."""
    session, form, account = current_session(), NotedAnswerForm(), account_at_work()
    seen = queries.seen_question(session, asked, account)
    partnership, participant = seen.partnership, asked.party.participant
    if not asked.is_open or participant not in queries.parties_without_account(session, partnership):
        return redirect(url_for("partnerships.partnership", id=partnership.id), 303)
    form.reason.choices = _reasons()
    if not form.validate_on_submit():
        party = next(one for one in seen.parties if one.id == asked.party_id)
        page = render_template("partnerships/note.html", enquiry=asked, form=form, party=party)
        return page, 422 if form.is_submitted() else 200
    reply = Reply(form.reply.data)
    services.note_answer(
        session,
        asked,
        reply,
        by=account,
        at=utc_now(),
        reason=queries.decline_reason(session, form.reason.data) if reply is Reply.NO else None,
        note=form.note.data or "",
        said=form.said(usually_by=participant.contact_name or participant.name),
    )
    flash(_("The answer has been noted."), "success")
    return redirect(url_for("partnerships.partnership", id=partnership.id), 303)


@bp.route("/answer/<token>", methods=["GET", "POST"])
@requires(Permission.ENQUIRY_ANSWER_BY_LINK)
@limiter.limit(LINKS_A_NETWORK)
def answer_by_link(token: str) -> ResponseReturnValue:
    """Take one party's answer through the link in its mail; nobody is signed in by it."""
    session = current_session()
    asked = queries.asked_by_link(session, token, at=utc_now())
    if asked is None:
        return render_template("partnerships/answer_gone.html"), 410
    form = _answer_form()
    if not form.is_submitted():
        return _answer_page(asked, form)
    if not asked.enquiry.is_open:
        return _answer_page(asked, form), 409
    if not form.validate():
        return _answer_page(asked, form), 422
    working_as(asked.account.id, via="link")
    _note_answer(asked.enquiry, form, by=asked.account)
    return redirect(url_for("partnerships.answer_by_link", token=token), 303)


def _register(**kept: str) -> tuple[published.PublicPage, str | None]:
    """Return the asked page of the register, and the whole address of the next one."""
    form = PublicFilter(request.args)
    page = published.register_page(current_session(), **form.wanted(), number=request.args.get("page", 1, type=int))
    following = pagination(page.number, page.pages, **form.active(), **kept).next_url
    return page, None if following is None else _site() + following


def _with_next(answer: Response, following: str | None) -> Response:
    if following is not None:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


def _site() -> str:
    return str(current_app.extensions["settings"].base_url)


def _note_answer(asked: Enquiry, form: AnswerForm, *, by: Account) -> Partnership:
    session, reply = current_session(), Reply(form.reply.data)
    reason = queries.decline_reason(session, form.reason.data) if reply is Reply.NO else None
    note = form.note.data or "" if reply is Reply.NO else ""
    found = services.answer(session, asked, reply, by=by, at=utc_now(), reason=reason, note=note)
    if reply is Reply.YES and form.publishes.data:
        services.publish(session, asked.party, agrees=True, by=by, at=utc_now())
    return found


def _answer_page(asked: queries.AskedByLink, form: AnswerForm) -> str:
    return render_template(
        "partnerships/answer.html",
        enquiry=asked.enquiry,
        answering=asked.account,
        form=form,
        seen=queries.seen_question(current_session(), asked.enquiry, asked.account),
    )


def _answer_form() -> AnswerForm:
    form = AnswerForm()
    form.reason.choices = _reasons()
    return form


def _reasons() -> list[SelectChoice]:
    return [SelectChoice(reason.code, reason.name(locale())) for reason in queries.decline_reasons(current_session())]


def _enquiry_page(asked: Enquiry, form: AnswerForm) -> str:
    session = current_session()
    seen = queries.seen_question(session, asked, account_at_work())
    open_slots = queries.open_slots(session, seen.partnership)
    return render_template("partnerships/enquiry.html", enquiry=asked, form=form, seen=seen, open_slots=open_slots)
