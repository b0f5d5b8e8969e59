"""What people without an account say: forms on paper, the entry, the acts that mark it, and the slip."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Account, ActKind, ActOnBehalf, ConsentChannel, ConsentPurpose, Need, Offer, OfferItem, Participant
from tests.factories import make_intermediary, make_membership, make_participant, make_resident
from tests.web.intake.conftest import PNG, Town, scan
from web.intake import queries
from web.intake.documents import PaperKind

Browse = Callable[[Account], FlaskClient]


def acts(town: Town) -> list[ActOnBehalf]:
    return list(town.session.scalars(select(ActOnBehalf).order_by(ActOnBehalf.kind)))


@pytest.mark.parametrize("kind", list(PaperKind))
def test_everybody_prints_a_form_with_a_code_and_where_to_hand_it_in(
    town: Town, client: FlaskClient, kind: PaperKind
) -> None:
    town.session.add(make_intermediary(town.place, name="北山市民センター", phone="042-999-0000"))
    town.session.commit()

    page = client.get(f"/intake/forms/{kind.value}?area={town.place.path}").text

    assert "北山市民センター" in page
    assert "042-999-0000" in page
    assert client.get(f"/intake/forms/{kind.value}/qr.svg").content_type == "image/svg+xml"


def test_a_form_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    assert client.get("/intake/forms/invented").status_code == 404


def test_a_resident_is_registered_with_what_they_can_do_and_no_account(town: Town, as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.post("/intake/new", data=town.typed())

    person = town.registered()
    offer = town.session.scalars(select(Offer)).one()
    assert answer.status_code == 303
    assert (person.hours_per_month, person.engagement_limit, person.contact_phone) == (4, 2, "042-123-4567")
    assert list(town.session.scalars(select(OfferItem.what).order_by(OfferItem.position))) == ["草刈り", "会計"]
    assert offer.is_open
    assert set(town.session.scalars(select(Account))) == {town.coordinator, town.stranger}


def test_each_consent_is_recorded_by_itself_with_its_way(town: Town, as_coordinator: FlaskClient) -> None:
    as_coordinator.post("/intake/new", data=town.typed())

    given = {consent.purpose: consent.channel for consent in town.registered().consents}
    said = {(act.said_by, act.said_on) for act in acts(town) if act.kind is ActKind.CONSENT}
    assert given == {
        ConsentPurpose.PROJECTS: ConsentChannel.PAPER,
        ConsentPurpose.COUNCIL_SEAT: ConsentChannel.TELEPHONE,
    }
    assert said == {("川辺 五郎", date(2026, 11, 30)), ("川辺 花", date(2026, 11, 29))}


def test_a_minor_needs_a_guardian_with_a_name(town: Town, as_coordinator: FlaskClient) -> None:
    minor = town.typed(age="minor")
    minor["guardian-answer"] = "paper"

    nameless = as_coordinator.post("/intake/new", data=minor)
    as_coordinator.post("/intake/new", data=minor | {"guardian-said_by": "川辺 花"})

    assert nameless.status_code == 422
    assert town.registered().may_be_contacted
    assert not town.registered().is_adult


def test_the_paper_is_kept_and_shown_to_coordinators_and_the_person_alone(
    town: Town, as_coordinator: FlaskClient, client: FlaskClient, signed_in: Browse
) -> None:
    as_coordinator.post("/intake/new", data=town.typed(scan=scan()), content_type="multipart/form-data")
    act = next(act for act in acts(town) if act.kind is ActKind.REGISTRATION)
    membership = make_membership(town.registered())
    town.session.add(membership)

    assert as_coordinator.get(f"/papers/{act.id}").data == PNG
    assert signed_in(membership.account).get(f"/papers/{act.id}").data == PNG
    assert signed_in(town.stranger).get(f"/papers/{act.id}").status_code == 404
    assert client.get(f"/papers/{act.id}").status_code == 302


def test_a_file_that_is_no_paper_is_refused_and_nothing_typed_is_lost(town: Town, as_coordinator: FlaskClient) -> None:
    answer = as_coordinator.post(
        "/intake/new", data=town.typed(scan=scan(b"MZ\x90")), content_type="multipart/form-data"
    )

    assert answer.status_code == 422
    assert 'value="草刈り、会計"' in answer.text
    assert town.session.scalar(select(Participant).where(Participant.name == "川辺 五郎")) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": ""},
        {"channel": "web"},
        {"said_on": "2026/12/24"},
        {"name": " "},
        {"contact_phone": ""},
        {"hours_per_month": "たくさん"},
        {"skills": "あ,い,う,え,お,か,き"},
        {"council_seat-said_on": "2027/1/1"},
    ],
)
def test_what_is_missing_or_wrong_is_said(town: Town, as_coordinator: FlaskClient, wrong: dict[str, str]) -> None:
    answer = as_coordinator.post("/intake/new", data=town.typed() | wrong)

    assert answer.status_code == 422
    assert "かわべ ごろう" in answer.text


def test_a_place_of_others_cannot_be_named(town: Town, signed_in: Browse) -> None:
    assert signed_in(town.stranger).post("/intake/new", data=town.typed()).status_code == 422


def test_somebody_of_the_same_name_is_asked_about_first(town: Town, as_coordinator: FlaskClient) -> None:
    known = make_resident(name="川辺五郎", area=town.place)
    town.session.add(known)
    town.session.commit()

    first = as_coordinator.post("/intake/new", data=town.typed())
    second = as_coordinator.post("/intake/new", data=town.typed(is_another="y"))

    assert first.status_code == 422
    assert f"/participants/{known.id}" in first.text
    assert second.status_code == 303


def test_a_need_for_somebody_else_says_how_it_was_said(town: Town, as_coordinator: FlaskClient) -> None:
    body = make_participant(name="北山町内会", area=town.place)
    town.session.add(body)
    town.session.commit()
    typed = {
        "participant": str(body.id),
        "title": "草刈りの人手",
        "slots-0-kind": "people",
        "slots-0-what": "草刈り",
        "slots-0-quantity": "3",
        "action": "open",
    }

    silent = as_coordinator.post("/needs/new", data=typed)
    told = {"told-channel": "telephone", "told-said_by": "会計の山田", "told-said_on": "2026/11/30"}
    page = as_coordinator.post("/needs/new", data=typed | told, follow_redirects=True).text

    act = acts(town)[0]
    assert silent.status_code == 422
    assert "草刈りの人手" in silent.text
    assert (act.kind, act.said_by, act.said_on) == (ActKind.NEED, "会計の山田", date(2026, 11, 30))
    assert act.need is town.session.scalars(select(Need)).one()
    assert "会計の山田" in page


def test_who_speaks_for_itself_is_not_asked(town: Town, signed_in: Browse) -> None:
    membership = make_membership(make_participant(area=town.place))
    town.session.add(membership)
    chair = signed_in(membership.account)

    assert "told-channel" not in chair.get("/needs/new").text
    assert "told-channel" not in chair.get("/offers/new").text


def test_the_person_sees_all_that_was_entered_for_them_and_takes_it_along(
    town: Town, as_coordinator: FlaskClient, signed_in: Browse
) -> None:
    as_coordinator.post("/intake/new", data=town.typed())
    person = town.registered()
    membership = make_membership(person)
    town.session.add(membership)
    own = signed_in(membership.account)

    page = own.get(f"/participants/{person.id}/entered").text
    exported = json.loads(own.post("/account/export").data)

    assert page.count("川辺 五郎") >= 3
    assert "調整 太郎" in page
    assert f"/participants/{person.id}/entered" in own.get("/account").text
    assert len(exported["acts_on_behalf"]) == 4
    assert {consent["channel"] for consent in exported["consents"]} == {"paper", "telephone"}


def test_a_consent_recorded_later_says_who_said_it(town: Town, as_coordinator: FlaskClient) -> None:
    person = make_resident(area=town.place, consents=())
    town.session.add(person)
    town.session.commit()
    given = {"purpose": "projects", "action": "give", "channel": "face_to_face"}

    as_coordinator.post(f"/participants/{person.id}/consents", data=given | {"said_by": "妻", "said_on": "2026/11/28"})

    act = acts(town)[0]
    assert (act.kind, act.said_by, act.said_on) == (ActKind.CONSENT, "妻", date(2026, 11, 28))
    done = queries.done_for(town.session, person)
    assert [(one.purpose, one.said_by) for one in done] == [(ConsentPurpose.PROJECTS, "妻")]


def test_the_slip_says_what_was_entered_and_how_to_object(town: Town, as_coordinator: FlaskClient) -> None:
    as_coordinator.post("/intake/new", data=town.typed())

    page = as_coordinator.get(f"/participants/{town.registered().id}/slip").text

    assert "草刈り" in page
    assert "調整 太郎" in page


def test_a_coordinator_of_another_town_sees_nothing_of_it(
    town: Town, as_coordinator: FlaskClient, signed_in: Browse
) -> None:
    as_coordinator.post("/intake/new", data=town.typed())
    stranger, url = signed_in(town.stranger), f"/participants/{town.registered().id}"

    assert stranger.get(f"{url}/entered").status_code == 404
    assert stranger.get(f"{url}/slip").status_code == 404
