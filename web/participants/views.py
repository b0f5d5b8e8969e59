"""Pages of a participant: profile, consents, limits, and who learnt the contact details."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models import (
    ActKind,
    ConsentChannel,
    ConsentPurpose,
    Endorsement,
    Participant,
    Permission,
    Role,
    is_granted,
    utc_now,
)
from models.years import town_day
from web.acts.queries import acts_for
from web.acts.services import Said, note
from web.database import current_session
from web.endorsements.queries import all_of, standing
from web.i18n import locale
from web.participants import queries, services
from web.participants.forms import GIVE, ConsentForm, MunicipalityForm, PairForm, ProfileForm, RevealForm
from web.security import account_at_work, current_account, requires

bp = Blueprint("participants", __name__)


@bp.get("/participants/<uuid:id>")
@requires(Permission.PARTICIPANT_SEE, on=Participant)
def participant(found: Participant) -> ResponseReturnValue:
    """Show a participant as far as the reader may see it; a record that was given up leads to the one that was kept."""
    if found.was_merged:
        return redirect(url_for("participants.participant", id=found.successor.id))
    return _participant_page(found, RevealForm(formdata=None))


@bp.route("/participants/<uuid:id>/edit", methods=["GET", "POST"])
@requires(Permission.PARTICIPANT_EDIT, on=Participant)
def edit(found: Participant) -> ResponseReturnValue:
    """Change a profile."""
    session, account = current_session(), account_at_work()
    queries.fields_of(session, found)
    form = ProfileForm.about(found)
    places, fields = queries.places_for(session, found, account), queries.all_fields(session)
    form.offer(places, fields, locale())
    if queries.seen_by(account, found, revealed=_is_revealed(found)).contact is None:
        form.hide_contact()
    if not form.is_submitted():
        return render_template("participants/edit.html", participant=found, form=form)
    if not form.validate():
        return render_template("participants/edit.html", participant=found, form=form), 422
    if form.version.data != str(found.version):
        return _conflict_page(found, form), 409
    services.edit(session, found, form.profile(places, fields), version=found.version, by=account)
    flash(_("The profile has been saved."), "success")
    return redirect(url_for("participants.participant", id=found.id), 303)


@bp.post("/participants/<uuid:id>/consents")
@requires(Permission.PARTICIPANT_EDIT, on=Participant)
def consent(found: Participant) -> ResponseReturnValue:
    """Record that a person gives or withdraws one consent."""
    form = ConsentForm()
    if not form.validate():
        return _participant_page(found, RevealForm(formdata=None), consent_form=form), 422
    session, account, purpose = current_session(), account_at_work(), ConsentPurpose(form.purpose.data)
    if form.action.data == GIVE:
        at, channel = utc_now(), ConsentChannel(form.channel.data)
        services.give_consent(session, found, purpose, by=account, at=at, channel=channel)
        if channel is not ConsentChannel.WEB:
            said = Said(channel, form.said_by.data or found.name, form.said_on.data or town_day(at))
            note(session, ActKind.CONSENT, found, said, by=account, at=at)
        flash(_("The consent has been recorded."), "success")
    else:
        services.withdraw_consent(session, found, purpose, by=account, at=utc_now())
        flash(_("The consent has been withdrawn."), "success")
    return redirect(url_for("participants.participant", id=found.id), 303)


@bp.post("/participants/<uuid:id>/reveal")
@requires(Permission.PARTICIPANT_REVEAL, on=Participant)
def reveal(found: Participant) -> ResponseReturnValue:
    """Show a coordinator the contact details for an hour, and let the participant know why."""
    form = RevealForm()
    if not form.validate():
        return _participant_page(found, form), 422
    services.reveal(current_session(), found, purpose=form.purpose.data, by=account_at_work(), at=utc_now())
    flash(_("The contact details are shown to you for an hour."), "success")
    if form.partnership.data:
        return redirect(url_for("partnerships.partnership", id=form.partnership.data), 303)
    return redirect(url_for("participants.participant", id=found.id), 303)


@bp.post("/participants/<uuid:id>/pause")
@requires(Permission.PARTICIPANT_EDIT, on=Participant)
def pause(found: Participant) -> ResponseReturnValue:
    """Stop suggesting the participant for a while."""
    services.pause(current_session(), found, by=account_at_work(), at=utc_now())
    flash(_("No new suggestions are made until you resume."), "success")
    return redirect(url_for("participants.participant", id=found.id), 303)


@bp.post("/participants/<uuid:id>/resume")
@requires(Permission.PARTICIPANT_EDIT, on=Participant)
def resume(found: Participant) -> ResponseReturnValue:
    """Suggest the participant again."""
    services.resume(current_session(), found, by=account_at_work())
    flash(_("Suggestions are made again."), "success")
    return redirect(url_for("participants.participant", id=found.id), 303)


@bp.get("/duplicates")
@requires(Permission.DUPLICATES_SEE)
def duplicates() -> ResponseReturnValue:
    """Show which records may be one participant, beside each other."""
    session, account = current_session(), account_at_work()
    municipalities = queries.municipalities_to_look_through(session, account)
    form = MunicipalityForm(request.args)
    form.offer(municipalities, locale())
    chosen = form.chosen(municipalities)
    pairs = queries.proposed_duplicates(session, account, chosen) if chosen else []
    return render_template("participants/duplicates.html", pairs=pairs, form=form, municipality=chosen)


@bp.route("/participants/<uuid:id>/merge", methods=["GET", "POST"])
@requires(Permission.PARTICIPANT_MERGE, on=Participant)
def merge(found: Participant) -> ResponseReturnValue:
    """Say what would move when another record is given up for this one, and do it."""
    session, account = current_session(), account_at_work()
    form = PairForm(request.values)
    other = _other_of(form)
    if not form.is_submitted():
        form.note_versions(found, other)
        return _merge_page(found, other, form)
    found.check_version(form.version.number)
    other.check_version(form.other_version.number)
    if queries.belongings(session, found, other).hindrances:
        return _merge_page(found, other, form), 409
    services.merge(session, found, other, by=account, at=utc_now())
    flash(_("The two records are one now."), "success")
    return redirect(url_for("participants.participant", id=found.id), 303)


@bp.post("/participants/<uuid:id>/keep-apart")
@requires(Permission.PARTICIPANT_MERGE, on=Participant)
def keep_apart(found: Participant) -> ResponseReturnValue:
    """Remember that two records are two participants."""
    other = _other_of(PairForm(request.form))
    services.keep_apart(current_session(), found, other, by=account_at_work(), at=utc_now())
    flash(_("These two are kept apart and are not proposed again."), "success")
    return redirect(url_for("participants.duplicates", municipality=found.municipality.path), 303)


def _other_of(form: PairForm) -> Participant:
    """Return the second participant of a pair; what is absent and what is forbidden look the same."""
    try:
        other = current_session().get(Participant, UUID(form.other.data or ""))
    except ValueError:
        other = None
    if other is None or not is_granted(Permission.PARTICIPANT_MERGE, current_account(), other):
        abort(404)
    return other


def _merge_page(kept: Participant, other: Participant, form: PairForm) -> str:
    session, account = current_session(), current_account()
    return render_template(
        "participants/merge.html",
        kept=queries.seen_by(account, kept),
        other=queries.seen_by(account, other),
        moving=queries.belongings(session, kept, other),
        form=form,
    )


def _participant_page(found: Participant, reveal_form: RevealForm, *, consent_form: ConsentForm | None = None) -> str:
    session, account = current_session(), current_account()
    is_own = account is not None and account.represents(found.id)
    coordinates = account is not None and account.covers(Role.COORDINATOR, found.area.path)
    may_endorse = is_granted(Permission.ENDORSEMENT_RECORD, account, found)
    today, reads_past_ones = town_day(utc_now()), may_endorse or is_own
    return render_template(
        "participants/participant.html",
        participant=found,
        seen=queries.seen_by(account, found, revealed=_is_revealed(found)),
        fields=queries.fields_of(session, found),
        needs=queries.open_needs(session, found, account),
        offers=queries.open_offers(session, found, account),
        is_own=is_own,
        coordinates=coordinates,
        may_edit=is_granted(Permission.PARTICIPANT_EDIT, account, found),
        may_endorse=may_endorse,
        today=today,
        standing_today=_standing(found, on=today) if not reads_past_ones else (),
        endorsements=all_of(session, found) if reads_past_ones and not found.is_resident else (),
        reveals=queries.seen_reveals(session, found, account) if account and (is_own or coordinates) else [],
        acts=acts_for(session, found) if is_own or coordinates else (),
        purposes=queries.purposes_asked(found),
        reveal_form=reveal_form,
        consent_form=consent_form or ConsentForm(formdata=None),
    )


def _standing(found: Participant, *, on: date) -> Sequence[Endorsement]:
    """Return what stands for a body; nothing ever stands for a person."""
    return () if found.is_resident else standing(current_session(), [found.id], on=on).get(found.id, ())


def _is_revealed(found: Participant) -> bool:
    account = current_account()
    return (
        account is not None
        and is_granted(Permission.PARTICIPANT_REVEAL, account, found)
        and queries.is_revealed_to(current_session(), found, account)
    )


def _conflict_page(found: Participant, form: ProfileForm) -> str:
    saved = ProfileForm.saved(found)
    if not form.shows_contact:
        saved.hide_contact()
    saved.area.choices, saved.fields.choices = form.area.choices, form.fields.choices
    url = url_for("participants.edit", id=found.id)
    return render_template(
        "errors/conflict.html",
        rows=form.beside(saved),
        edit_url=url,
        keep_url=url,
        keep_hidden=form.typed() | {"version": str(found.version)},
    )
