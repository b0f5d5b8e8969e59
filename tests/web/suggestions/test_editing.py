"""Teams and orders that a coordinator makes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from models import (
    Account,
    AuditEntry,
    ConsentPurpose,
    EditKind,
    Offer,
    OfferItem,
    Partnership,
    ReviewStep,
    Suggestion,
    SuggestionEdit,
    Verdict,
    utc_now,
)
from models.errors import InvalidValue
from tests.factories import make_item, make_membership, make_offer, make_participant, make_reason, make_resident
from tests.web.suggestions.test_pages import counted
from web.suggestions.queries import editing, replays, reviews, verdicts
from web.suggestions.queries.editing import Plan

SignedIn = Callable[[Account], FlaskClient]


@pytest.fixture
def other_writer(town: Any) -> Offer:
    """Return a second offer for the newsletter, of somebody in the other district."""
    writer = make_resident(name="小鳥遊 文", area=town.south)
    offer = make_offer(
        participant=writer, title="会報を書きます", items=[make_item(what="紙面づくり", skill=town.newsletter)]
    )
    town.session.add_all([offer, make_reason(ReviewStep.EDIT, code="asked_them")])
    town.look_for_partners()
    return offer


def best(town: Any) -> Suggestion:
    """Return the suggestion that holds the first writer."""
    suggestions: list[Suggestion] = town.suggestions()
    return next(one for one in suggestions if town.writing_offer.id in _offers(town, one))


def _offers(town: Any, suggestion: Suggestion) -> set[Any]:
    editing.load(town.session, suggestion)
    return {partner.offer_id for partner in suggestion.partners}


def form_for(town: Any, suggestion: Suggestion, do: str, **more: Any) -> dict[str, Any]:
    """Return what the page would send."""
    return {
        "version": suggestion.version,
        "member": [str(one) for one in sorted(map(str, _offers(town, suggestion)))],
        "do": do,
        **more,
    }


def exchanged(town: Any, suggestion: Suggestion, incoming: Offer, **more: Any) -> dict[str, Any]:
    """Return what the page sends when the writer was exchanged and that is to be saved."""
    members = {str(one) for one in _offers(town, suggestion)} - {str(town.writing_offer.id)} | {str(incoming.id)}
    return form_for(town, suggestion, "save") | {
        "member": sorted(members),
        "instead": f"{incoming.id}:{town.writing_offer.id}",
        "changes-0-key": f"{incoming.id}:{town.writing_offer.id}",
        "changes-0-reason": "asked_them",
        "changes-0-note": "",
        **more,
    }


def save(town: Any, browser: FlaskClient, suggestion: Suggestion, form: dict[str, Any]) -> Suggestion:
    answer = browser.post(f"/suggestions/{suggestion.id}/edit", data=form)
    assert answer.status_code == 303, answer.text
    town.session.expire_all()
    edited: Suggestion = town.session.scalars(
        select(Suggestion).where(Suggestion.edited_from_id == suggestion.id)
    ).one()
    return edited


def test_the_page_names_who_else_could_take_a_place(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    page = signed_in(town.coordinator).get(f"/suggestions/{best(town).id}/edit").text

    assert f'value="exchange:{town.writing_offer.id}:{other_writer.id}"' in page
    assert "小鳥遊 文" in page


def test_the_score_follows_an_exchange_at_once_and_nothing_is_saved(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    suggestion = best(town)
    form = form_for(town, suggestion, f"exchange:{town.writing_offer.id}:{other_writer.id}")

    page = signed_in(town.coordinator).post(f"/suggestions/{suggestion.id}/edit", data=form).text

    assert "小鳥遊 文 instead of 三枝 路子" in page
    assert "points fewer than before" in page
    assert not town.session.scalars(select(SuggestionEdit)).all()


def test_a_saved_team_has_the_figures_that_a_run_gives_it(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    suggestion = best(town)
    wanted = next(one for one in town.suggestions() if other_writer.id in _offers(town, one))
    figures = (wanted.score, wanted.confidence, wanted.value, wanted.open_slots, wanted.reasons)

    edited = save(town, signed_in(town.coordinator), suggestion, exchanged(town, suggestion, other_writer))

    assert (edited.score, edited.confidence, edited.value, edited.open_slots, edited.reasons) == figures
    assert edited.verdict is Verdict.PENDING
    assert edited.coordinators_place == 1


def test_an_edit_keeps_its_reason_its_author_and_an_entry_of_the_record(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    suggestion = best(town)
    form = exchanged(town, suggestion, other_writer, **{"changes-0-note": "去年も一緒でした"})
    edited = save(town, signed_in(town.coordinator), suggestion, form)

    edit = town.session.scalars(select(SuggestionEdit)).one()

    assert (edit.kind, edit.suggestion_id, edit.edited_by_id) == (EditKind.EXCHANGED, edited.id, town.coordinator.id)
    assert (edit.offer_id, edit.former_offer_id) == (other_writer.id, town.writing_offer.id)
    assert (edit.reason.code, edit.note) == ("asked_them", "去年も一緒でした")
    entry = town.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == edit.id)).one()
    assert entry.changes["kind"] == "exchanged"
    assert "去年も一緒でした" not in str(entry.changes)


def test_an_edited_team_is_marked_wherever_it_is_shown(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    suggestion, browser = best(town), signed_in(town.coordinator)
    edited = save(town, browser, suggestion, exchanged(town, suggestion, other_writer))

    for url in ("/desk", f"/desk/needs/{town.need.id}", f"/suggestions/{edited.id}"):
        assert "Edited by a coordinator" in browser.get(url).text
    assert "小鳥遊 文 instead of 三枝 路子" in browser.get(f"/suggestions/{edited.id}").text


def test_a_run_leaves_an_edited_team_until_somebody_decides(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    suggestion = best(town)
    edited = save(town, signed_in(town.coordinator), suggestion, exchanged(town, suggestion, other_writer))
    team = _offers(town, edited)

    town.look_for_partners()

    town.session.refresh(edited)
    assert edited.verdict is Verdict.PENDING
    again = [one for one in town.suggestions() if _offers(town, one) == team]
    assert again == [edited]


def test_an_edited_team_gives_way_when_its_need_changes(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    suggestion = best(town)
    edited = save(town, signed_in(town.coordinator), suggestion, exchanged(town, suggestion, other_writer))
    town.need.title = "広報紙を年四回にしたい"

    town.look_for_partners()

    town.session.refresh(edited)
    assert edited.verdict is Verdict.SUPERSEDED


def test_an_edited_team_is_replayed_with_its_run(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    suggestion = best(town)
    edited = save(town, signed_in(town.coordinator), suggestion, exchanged(town, suggestion, other_writer))

    outcome = replays.replay_run(town.session, edited.run)

    assert not outcome.different
    assert outcome.equal == len(town.suggestions())


def test_an_edited_team_is_approved_like_any_other(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    suggestion, browser = best(town), signed_in(town.coordinator)
    edited = save(town, browser, suggestion, exchanged(town, suggestion, other_writer))

    browser.post(f"/suggestions/{edited.id}/approve", data={"version": edited.version})

    partnership = town.session.scalars(select(Partnership)).one()
    assert {party.offer_id for party in partnership.parties} >= {other_writer.id}
    assert [one.approved for one in verdicts.told_apart(town.session)] == [True]


def test_who_speaks_for_a_partner_of_an_edited_team_does_not_approve_alone(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    suggestion = best(town)
    edited = save(town, signed_in(town.coordinator), suggestion, exchanged(town, suggestion, other_writer))
    town.session.add(make_membership(other_writer.participant, account=town.coordinator))

    signed_in(town.coordinator).post(f"/suggestions/{edited.id}/approve", data={"version": edited.version})

    town.session.refresh(edited)
    assert edited.awaits_second_approval


def test_editing_an_edited_team_takes_its_place(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    suggestion, browser = best(town), signed_in(town.coordinator)
    edited = save(town, browser, suggestion, exchanged(town, suggestion, other_writer))
    members = [str(one) for one in _offers(town, edited) if one != other_writer.id]
    form = form_for(town, edited, "save") | {
        "member": members,
        "changes-0-key": f":{other_writer.id}",
        "changes-0-note": "あとで探します",
    }

    smaller = save(town, browser, edited, form)

    town.session.refresh(edited)
    assert edited.verdict is Verdict.SUPERSEDED
    assert len(smaller.open_slots) == 1


@pytest.mark.parametrize("reason", ["", "nonsense"])
def test_a_change_without_a_known_reason_is_not_saved_and_nothing_typed_is_lost(
    town: Any, other_writer: Offer, signed_in: SignedIn, reason: str
) -> None:
    suggestion = best(town)
    form = exchanged(town, suggestion, other_writer, **{"changes-0-reason": reason})

    answer = signed_in(town.coordinator).post(f"/suggestions/{suggestion.id}/edit", data=form)

    assert answer.status_code == 422
    assert f'value="{other_writer.id}"' in answer.text
    assert not town.session.scalars(select(SuggestionEdit)).all()


def test_a_form_that_was_opened_on_another_version_is_a_conflict(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    suggestion = best(town)
    form = exchanged(town, suggestion, other_writer, version=9)

    assert signed_in(town.coordinator).post(f"/suggestions/{suggestion.id}/edit", data=form).status_code == 409


def test_a_decided_suggestion_cannot_be_edited(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    del other_writer
    suggestion = best(town)
    suggestion.refuse(town.refuse_reason, note="", by=town.coordinator, at=utc_now())
    town.session.commit()

    assert signed_in(town.coordinator).get(f"/suggestions/{suggestion.id}/edit").status_code == 409


def test_somebody_whom_the_engine_missed_is_found_and_added_for_what_a_person_knows(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    del other_writer
    gardener = make_participant(area=town.north, name="花の会")
    flowers = make_offer(participant=gardener, title="花を植えます", items=[make_item(what="花植え")])
    town.session.add(flowers)
    suggestion, browser = best(town), signed_in(town.coordinator)
    url = f"/suggestions/{suggestion.id}/edit"
    town.session.commit()

    found = browser.post(url, data=form_for(town, suggestion, "search", q="花の会")).text
    assert "Its words do not show that it fits" in found
    editing.load(town.session, suggestion)
    slot, item = (
        town.need.slots[1].id,
        town.session.scalars(select(OfferItem.id).where(OfferItem.what == "花植え")).one(),
    )
    added = browser.post(
        url,
        data=form_for(town, suggestion, f"add:{flowers.id}")
        | {"member": str(town.writing_offer.id), f"thing-{flowers.id}": f"{slot}:{item}"},
    ).text

    assert "花の会 comes in" in added
    assert f'name="claim" value="{flowers.id}:{slot}:{item}"' in added
    assert "cannot be proposed yet" not in added


def test_what_was_passed_over_is_noted(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    other_writer.reach = type(other_writer.reach).DISTRICT
    suggestion = best(town)
    town.session.commit()

    save(town, signed_in(town.coordinator), suggestion, exchanged(town, suggestion, other_writer))

    assert town.session.scalars(select(SuggestionEdit)).one().lifted == ["area_not_served"]


def test_nobody_is_added_who_did_not_consent(town: Any, other_writer: Offer, signed_in: SignedIn) -> None:
    suggestion = best(town)
    other_writer.participant.withdraw_consent(ConsentPurpose.PROJECTS, at=utc_now())
    town.session.commit()
    browser, url = signed_in(town.coordinator), f"/suggestions/{suggestion.id}/edit"

    found = browser.post(url, data=form_for(town, suggestion, "search", q="小鳥遊")).text
    answer = browser.post(url, data=exchanged(town, suggestion, other_writer))

    assert "Cannot be added" in found
    assert f'value="add:{other_writer.id}"' not in found
    assert answer.status_code == 422
    assert "cannot take part" in answer.text


def test_an_edit_without_a_reason_cannot_exist(town: Any, other_writer: Offer) -> None:
    del other_writer
    about: dict[str, Any] = {
        "kind": EditKind.PLACED,
        "edited_at": utc_now(),
        "suggestion": best(town),
        "edited_by": town.coordinator,
    }
    with pytest.raises(InvalidValue):
        SuggestionEdit(**about)
    with pytest.raises(InvalidValue):
        SuggestionEdit(**about, reason=town.hold_reason)
    edit = SuggestionEdit(**about, note="理由")
    edit.note = ""
    town.session.add(edit)
    with pytest.raises(IntegrityError):
        town.session.flush()


def test_what_is_moved_to_a_place_stands_there_though_another_has_its_number(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    del other_writer
    first, second, *_ = reviews.suggestions_for(town.session, town.coordinator, town.need, at=utc_now())
    order = {f"place-{k}": str(k + 1) for k in range(len(town.suggestions()))}
    town.session.commit()

    url = f"/desk/needs/{town.need.id}/order"
    signed_in(town.coordinator).post(url, data=order | {"place-1": "1", "note": "先に声をかけた"})

    town.session.expire_all()
    assert [first.coordinators_place, second.coordinators_place] == [2, 1]


def test_where_nothing_is_open_the_page_says_how_somebody_can_still_come_in(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    browser, suggestion = signed_in(town.coordinator), best(town)
    url = f"/suggestions/{suggestion.id}/edit"

    filled = browser.post(url, data=form_for(town, suggestion, "search", q=other_writer.title)).text
    taken_out = browser.post(url, data=form_for(town, suggestion, f"remove:{town.writing_offer.id}")).text

    assert "first take out whoever gives that part now" in filled
    assert f'value="add:{other_writer.id}"' not in filled
    assert f'value="add:{other_writer.id}"' in taken_out


def test_a_coordinators_order_is_shown_with_its_reason_and_stays(
    town: Any, other_writer: Offer, signed_in: SignedIn
) -> None:
    del other_writer
    first, second, *_ = reviews.suggestions_for(town.session, town.coordinator, town.need, at=utc_now())
    browser, url = signed_in(town.coordinator), f"/desk/needs/{town.need.id}"
    order = {f"place-{k}": str(k + 1) for k in range(len(town.suggestions()))}
    town.session.commit()

    answer = browser.post(f"{url}/order", data=order | {"place-0": "2", "place-1": "1", "note": "先に声をかけた"})
    town.look_for_partners()

    assert answer.status_code == 303
    assert "先に声をかけた" in browser.get(url).text
    town.session.expire_all()
    assert [first.coordinators_place, second.coordinators_place] == [2, 1]
    assert second.verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"place-0": "2", "place-1": "1"}, "Choose a reason, or write one."),
        ({"note": "理由"}, "Give at least one of them another number."),
    ],
)
def test_an_order_needs_a_change_and_a_reason(
    town: Any, other_writer: Offer, signed_in: SignedIn, order: dict[str, str], message: str
) -> None:
    del other_writer

    answer = signed_in(town.coordinator).post(f"/desk/needs/{town.need.id}/order", data=order)

    assert answer.status_code == 422
    assert message in answer.text


def test_a_change_can_be_taken_back() -> None:
    plan = Plan(("a", "b"), ("a", "b")).exchanged("b", "c").with_("d").without("a")

    assert [change.key for change in plan.changes] == ["c:b", "d:", ":a"]
    for key in ("c:b", "d:", ":a"):
        plan = plan.taken_back(key)
    assert set(plan.team) == {"a", "b"}
    assert plan.taken_back("c:b") is plan


def test_who_came_instead_of_somebody_and_goes_again_leaves_the_place_to_the_next() -> None:
    plan = Plan(("a",), ("a",)).exchanged("a", "b").exchanged("b", "c")

    assert [change.key for change in plan.changes] == ["c:a"]
    assert plan.exchanged("z", "y") is plan


@pytest.mark.parametrize("do", ["remove:x", "exchange:1:2", "add:", "back:zzz", "nonsense", ""])
def test_a_wish_that_cannot_be_read_changes_nothing(
    town: Any, other_writer: Offer, signed_in: SignedIn, do: str
) -> None:
    del other_writer
    suggestion = best(town)

    answer = signed_in(town.coordinator).post(f"/suggestions/{suggestion.id}/edit", data=form_for(town, suggestion, do))

    assert answer.status_code == 200
    assert "Nothing has been changed yet." in answer.text


def test_the_page_takes_at_most_twelve_queries(
    town: Any, other_writer: Offer, signed_in: SignedIn, engine: Engine
) -> None:
    del other_writer
    suggestion, browser = best(town), signed_in(town.coordinator)
    url = f"/suggestions/{suggestion.id}/edit"
    town.session.commit()

    with counted(engine) as statements:
        browser.get(url)

    assert len(statements) <= 12, "\n".join(one[:90].replace("\n", " ") for one in statements)
