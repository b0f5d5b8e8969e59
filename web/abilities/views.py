"""The three taps, what fits, and registering from the answers."""

import secrets
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import DraftKind, Offer, Permission, is_granted, utc_now
from models.participants import CONSENT_TEXT_VERSION
from web.abilities import documents, services
from web.abilities.forms import AnswersForm, RegisterForm
from web.abilities.queries.answers import Answers, kept
from web.abilities.queries.asked_for import asked_for, place, places, skills_by_code, understood
from web.abilities.queries.fitting import Found, advisers, engagements_of, needs_that_fit, offers_of, person_of
from web.database import current_session
from web.drafts.queries import draft_of, draft_of_browser
from web.listings import queries as listings
from web.pages import limiter
from web.security import account_at_work, current_account, requires, token_hash

bp = Blueprint("abilities", __name__)

DRAFT: Final = "draft"


@bp.get("/can-do")
@requires(Permission.PAGE_SEE)
def start() -> ResponseReturnValue:
    """Ask what somebody can do, the first of three taps; an offer that is to be changed is filled in.

    What one need looks for (`show`) is among the first choices. It is not ticked: nobody has said yet that they can.
    """
    form = AnswersForm(request.args)
    changing = _offer_to_change(form.answers())
    if changing is not None and form.answers().is_empty:
        listings.whole_offer(current_session(), changing)
        form = AnswersForm(data=Answers.of(changing).parameters())
    return _first_page(form, changing), 200


@bp.get("/can-do/when")
@requires(Permission.PAGE_SEE)
def when() -> ResponseReturnValue:
    """Ask when, the second tap; show what was understood of their own words."""
    form = AnswersForm(request.args)
    if not form.names_something():
        return _asked_again(form)
    answers = form.answers()
    return render_template(
        "abilities/when.html", form=form, answers=answers, understood=understood(current_session(), answers.also)
    )


@bp.get("/can-do/where")
@requires(Permission.PAGE_SEE)
def where() -> ResponseReturnValue:
    """Ask where, the third tap, which answers."""
    form = AnswersForm(request.args)
    if not form.names_something():
        return _asked_again(form)
    person = person_of(current_account())
    found = places(current_session(), of=None if person is None else person.municipality)
    return render_template("abilities/where.html", form=form, answers=form.answers(), places=found)


@bp.get("/can-do/needs")
@requires(Permission.PAGE_SEE)
def needs() -> ResponseReturnValue:
    """Show the open needs that fit, and why."""
    form = AnswersForm(request.args)
    if not form.names_something():
        return _asked_again(form)
    db, account, answers = current_session(), current_account(), form.answers()
    skills, area = skills_by_code(db, answers.can), place(db, answers.area)
    found = needs_that_fit(db, account, answers, skills, area, at=utc_now())
    return render_template(
        "abilities/needs.html",
        answers=answers,
        things=documents.names(answers, skills),
        area=area,
        person=person_of(account),
        changing=_offer_to_change(answers),
        found=found,
        **_shown(found),
        advisers=[] if found.total else advisers(db, area),
    )


@bp.post("/can-do/keep")
@requires(Permission.PAGE_SEE)
@limiter.limit("60 per hour")
def keep() -> ResponseReturnValue:
    """Keep the answers and go on to signing up, or to registering where that is done."""
    form = AnswersForm(request.form)
    if not form.names_something():
        return _asked_again(form)
    account, answers, at = current_account(), form.answers(), utc_now()
    if account is None:
        services.keep_for_browser(current_session(), token_hash(_browser_token()), answers, at=at)
        return redirect(url_for("accounts.sign_up"), 303)
    services.keep_for_account(current_session(), account, answers, at=at)
    return redirect(url_for("abilities.register"), 303)


@bp.route("/can-do/register", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def register() -> ResponseReturnValue:
    """Register a resident from the answers, on one page."""
    db, account = current_session(), account_at_work()
    draft = draft_of(db, account, DraftKind.ABILITIES, at=utc_now())
    if draft is None:
        return redirect(url_for("abilities.start"), 303)
    answers = kept(draft.content)
    if person_of(account) is not None:
        return redirect(url_for("abilities.needs", **answers.parameters()), 303)
    form = RegisterForm(name=account.name, contact_email=account.email)
    form.offer_places(places(db, everywhere=True), chosen=answers.area)
    if not form.validate_on_submit():
        page = render_template(
            "abilities/register.html",
            form=form,
            answers=answers,
            things=documents.names(answers, skills_by_code(db, answers.can)),
            consent_version=CONSENT_TEXT_VERSION,
        )
        return page, 422 if form.is_submitted() else 200
    offer = services.register(db, form.person(), _abilities(answers), by=account, at=utc_now())
    flash(_("You are registered, and what you can do is written down."), "success")
    db.flush()
    return redirect(url_for("abilities.offer", id=offer.id), 303)


@bp.post("/can-do/offers")
@requires(Permission.OFFER_POST)
def add() -> ResponseReturnValue:
    """Write down what a registered resident can do besides."""
    form, person = AnswersForm(request.form), person_of(account_at_work())
    if person is None or not form.names_something():
        return _asked_again(form)
    answers = form.answers()
    offer = services.offer(current_session(), person, _abilities(answers), by=account_at_work(), at=utc_now())
    flash(_("What you can do is written down."), "success")
    current_session().flush()
    return redirect(url_for("abilities.offer", id=offer.id), 303)


@bp.get("/can-do/offers/<uuid:id>")
@requires(Permission.OFFER_EDIT, on=Offer)
def offer(offer: Offer) -> ResponseReturnValue:
    """Show what happens next with what a resident offers, and the needs that fit it now."""
    if not offer.participant.is_resident:
        return redirect(url_for("listings.offer", id=offer.id))
    db, account = current_session(), account_at_work()
    listings.whole_offer(db, offer)
    answers = Answers.of(offer)
    skills = [item.skill for item in offer.items if item.skill is not None]
    found = needs_that_fit(db, account, answers, skills, offer.area, at=utc_now())
    return render_template("abilities/offer.html", offer=offer, answers=answers, found=found, **_shown(found))


@bp.post("/can-do/offers/<uuid:id>")
@requires(Permission.OFFER_EDIT, on=Offer)
def change(offer: Offer) -> ResponseReturnValue:
    """Change what a resident offers to the new answers."""
    form = AnswersForm(request.form)
    if not form.names_something():
        return _asked_again(form)
    listings.whole_offer(current_session(), offer)
    services.change(
        current_session(),
        offer,
        _abilities(form.answers(), changing=offer),
        version=request.form.get("version", offer.version, type=int),
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("What you can do is changed."), "success")
    return redirect(url_for("abilities.offer", id=offer.id), 303)


@bp.get("/can-do/rest")
@requires(Permission.ACCOUNT_OWN)
def rest() -> ResponseReturnValue:
    """Let a resident take a break, come back, or leave, and say what each means."""
    person = person_of(account_at_work())
    if person is None:
        return redirect(url_for("abilities.start"), 303)
    return render_template("abilities/rest.html", person=person, running=engagements_of(current_session(), person))


def _asked_again(form: AnswersForm) -> ResponseReturnValue:
    """Say at the first question what is wrong; who comes without any answer begins there."""
    if not request.values:
        return redirect(url_for("abilities.start"))
    return _first_page(form, _offer_to_change(form.answers())), 422


def _first_page(form: AnswersForm, changing: Offer | None) -> str:
    db, account = current_session(), current_account()
    person = person_of(account)
    return render_template(
        "abilities/start.html",
        form=form,
        answers=form.answers(),
        choice=asked_for(db, account, also=[*(form.can.data or ()), *request.args.getlist("show")]),
        offers=offers_of(db, person) if person is not None and changing is None else [],
        changing=changing,
    )


def _offer_to_change(answers: Answers) -> Offer | None:
    """Return the resident's offer that the answers are about, where the account may change it."""
    if answers.offer is None:
        return None
    found = current_session().get(Offer, answers.offer)
    if found is None or not is_granted(Permission.OFFER_EDIT, current_account(), found):
        return None
    return found if found.participant.is_resident else None


def _abilities(answers: Answers, *, changing: Offer | None = None) -> services.Abilities:
    """Return the answers with the rows that they name; a title that somebody wrote themselves stays."""
    db = current_session()
    skills = skills_by_code(db, answers.can)
    title = documents.title_of(documents.names(answers, skills))
    if changing is not None and changing.title != documents.title_of([item.what for item in changing.items]):
        title = changing.title
    return services.Abilities(title=title, answers=answers, skills=skills, area=place(db, answers.area))


def _shown(found: Found) -> dict[str, list[documents.SeenNeed]]:
    account = current_account()
    return {
        "fitting": [documents.shown(one, account) for one in found.fitting],
        "nearby": [documents.shown(one, account) for one in found.nearby],
    }


def _browser_token() -> str:
    """Return the token under which this browser keeps answers; a draft of another form keeps its own."""
    token = session.get(DRAFT)
    draft = None if token is None else draft_of_browser(current_session(), token_hash(token), at=utc_now())
    if token is None or (draft is not None and draft.kind is not DraftKind.ABILITIES):
        token = session[DRAFT] = secrets.token_urlsafe(32)
    return str(token)
