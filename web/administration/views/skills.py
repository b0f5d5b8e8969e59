"""Pages of skills: the list, one skill, words that none is called, and making two of them one."""

from typing import Final
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import Permission, Skill, SkillAlias, utc_now
from web.administration.forms.skills import AliasForm, MergeForm, OtherSkillForm, SkillForm, SkillSearch, WordForm
from web.administration.queries import skills as queries
from web.administration.services import skills as services
from web.administration.views.blueprint import bp
from web.database import current_session
from web.i18n import locale
from web.pages import pagination
from web.security import account_at_work, requires

SKILLS_A_PAGE: Final = 30


@bp.get("/skills")
@requires(Permission.ADMINISTRATION_SEE)
def skills() -> ResponseReturnValue:
    """Show every skill with what uses it, and the words that no skill is called."""
    session, search = current_session(), SkillSearch(request.args)
    known = queries.vocabulary(session)
    found = queries.lines(session, known, search.q.data or "")
    pages = max(1, -(-len(found) // SKILLS_A_PAGE))
    here = min(max(request.args.get("page", 1, type=int), 1), pages)
    is_beginning = here == 1 and not search.q.data
    return render_template(
        "administration/skills.html",
        search=search,
        total=len(found),
        lines=found[(here - 1) * SKILLS_A_PAGE : here * SKILLS_A_PAGE],
        pagination=pagination(here, pages, q=search.q.data or None),
        unknown=queries.unknown(session, account_at_work(), known) if is_beginning else [],
        fields=queries.fields(session),
    )


@bp.route("/skills/new", methods=["GET", "POST"])
@requires(Permission.SKILL_EDIT)
def new_skill() -> ResponseReturnValue:
    """Add a skill."""
    session, known = current_session(), queries.vocabulary(current_session())
    form = SkillForm() if request.method == "POST" else SkillForm(data={"name_ja": request.args.get("name", "")[:100]})
    if not form.is_submitted():
        return render_template("administration/new_skill.html", form=form, skills=known)
    if not form.check(known):
        return render_template("administration/new_skill.html", form=form, skills=known), 422
    added = services.add(
        session,
        name_ja=form.name_ja.data,
        name_en=form.name_en.data,
        parent=form.parent_among(known),
        by=account_at_work(),
        at=utc_now(),
    )
    session.flush()
    flash(_("The skill has been added. Partners are looked for anew."), "success")
    return redirect(url_for("administration.skill", id=added.id), 303)


@bp.route("/skills/<uuid:id>", methods=["GET", "POST"])
@requires(Permission.SKILL_EDIT, on=Skill)
def skill(found: Skill) -> ResponseReturnValue:
    """Show one skill; give it other names or another place."""
    session, known = current_session(), queries.vocabulary(current_session())
    form = SkillForm.about(found)
    if not form.is_submitted():
        return _skill_page(found, form)
    if not form.check(known, own=found):
        return _skill_page(found, form), 422
    if form.version.number != found.version:
        form.version.data = str(found.version)
        return _skill_page(found, form, is_overtaken=True), 409
    services.describe(
        session,
        found,
        name_ja=form.name_ja.data,
        name_en=form.name_en.data,
        parent=form.parent_among(known),
        version=form.version.number,
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("The skill has been saved. Partners are looked for anew."), "success")
    return redirect(url_for("administration.skill", id=found.id), 303)


@bp.post("/skills/<uuid:id>/aliases")
@requires(Permission.SKILL_EDIT, on=Skill)
def add_alias(found: Skill) -> ResponseReturnValue:
    """Let a skill be called by another name, too."""
    session, form = current_session(), AliasForm()
    if not form.check(queries.vocabulary(session), found):
        return _skill_page(found, SkillForm.saved(found), alias=form), 422
    services.add_alias(session, queries.loaded(session, found), form.text.data, by=account_at_work())
    flash(_("“%(text)s” now means %(name)s.", text=form.text.data, name=found.name(locale())), "success")
    return redirect(url_for("administration.skill", id=found.id), 303)


@bp.post("/skill-aliases/<uuid:id>/remove")
@requires(Permission.SKILL_EDIT, on=SkillAlias)
def remove_alias(alias: SkillAlias) -> ResponseReturnValue:
    """Let a skill no longer be called by this name."""
    skill_id, text = alias.skill_id, alias.text
    services.remove_alias(current_session(), alias, by=account_at_work())
    flash(_("“%(text)s” means no skill any more.", text=text), "success")
    return redirect(url_for("administration.skill", id=skill_id), 303)


@bp.route("/skills/word", methods=["GET", "POST"])
@requires(Permission.SKILL_EDIT)
def word() -> ResponseReturnValue:
    """Say which skill a word means that people typed."""
    session, form = current_session(), WordForm(request.values)
    known = queries.vocabulary(session)
    if request.method == "GET" or (meant := form.chosen(known)) is None:
        answer = render_template("administration/word.html", form=form, skills=known)
        return (answer, 422) if request.method == "POST" else answer
    alias = AliasForm(formdata=None, data={"text": form.text.data})
    if not alias.check(known, meant):
        form.other.errors = list(alias.text.errors)
        return render_template("administration/word.html", form=form, skills=known), 422
    services.add_alias(session, meant, form.text.data, by=account_at_work())
    flash(_("“%(text)s” now means %(name)s.", text=form.text.data, name=meant.name(locale())), "success")
    return redirect(url_for("administration.skills"), 303)


@bp.route("/skills/<uuid:id>/merge", methods=["GET", "POST"])
@requires(Permission.SKILL_MERGE, on=Skill)
def merge_skill(kept: Skill) -> ResponseReturnValue:
    """Say what would move when another skill is given up for this one, and do it."""
    session, form = current_session(), MergeForm(request.values)
    if request.method == "GET" and "other" not in request.args:
        return redirect(url_for("administration.skill", id=kept.id))
    given_up = _other_of(form)
    if request.method == "GET":
        form.version.data, form.other_version.data = str(kept.version), str(given_up.version)
        return _merge_page(kept, given_up, form)
    version, other_version = form.versions
    names = {"one": given_up.name(locale()), "other": kept.name(locale())}
    if queries.merging(session, account_at_work(), kept, given_up).hindrances:
        return _merge_page(kept, given_up, form), 409
    services.merge(
        session,
        kept,
        given_up,
        version=version,
        other_version=other_version,
        by=account_at_work(),
        at=utc_now(),
    )
    flash(_("“%(one)s” and “%(other)s” are one skill now.", **names), "success")
    return redirect(url_for("administration.skill", id=kept.id), 303)


@bp.post("/skills/<uuid:id>/other")
@requires(Permission.SKILL_MERGE, on=Skill)
def choose_other(kept: Skill) -> ResponseReturnValue:
    """Find the skill that was named, and show what merging the two would move."""
    form = OtherSkillForm()
    other = form.chosen(queries.vocabulary(current_session()))
    if other is None:
        return _skill_page(kept, SkillForm.saved(kept), other=form), 422
    return redirect(url_for("administration.merge_skill", id=kept.id, other=other.id), 303)


def _other_of(form: MergeForm) -> Skill:
    """Return the skill that would be given up."""
    try:
        other = current_session().get(Skill, UUID(form.other.data or ""))
    except ValueError:
        other = None
    return other or abort(404)


def _merge_page(kept: Skill, given_up: Skill, form: MergeForm) -> str:
    session = current_session()
    moving = queries.merging(session, account_at_work(), kept, given_up)
    return render_template("administration/merge_skill.html", moving=moving, form=form)


def _skill_page(
    found: Skill,
    form: SkillForm,
    *,
    alias: AliasForm | None = None,
    other: OtherSkillForm | None = None,
    is_overtaken: bool = False,
) -> str:
    session = current_session()
    known = queries.vocabulary(session)
    return render_template(
        "administration/skill.html",
        skill=found,
        form=form,
        alias=alias or AliasForm(formdata=None),
        other=other or OtherSkillForm(formdata=None),
        skills=known,
        uses=queries.uses(session, [found.id]).get(found.id, queries.Uses()),
        children=queries.children(session, found),
        is_overtaken=is_overtaken,
    )
