from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Account,
    Area,
    AuditEntry,
    Job,
    JobKind,
    Need,
    NeedStatus,
    Participant,
    ResourceKind,
    Slot,
    Verdict,
)
from tests.factories import (
    make_district,
    make_municipality,
    make_need,
    make_participant,
    make_partnership,
    make_skill,
    make_slot,
    make_suggestion,
)

Browse = Callable[[Account], FlaskClient]
Represent = Callable[[Participant], Account]

TYPED = {
    "title": "夏まつりの手伝い",
    "body": "当日だけでも歓迎します。",
    "slots-0-kind": "people",
    "slots-0-what": "会場の設営",
    "slots-0-quantity": "１０",
    "slots-0-unit": "人",
}


def _sent(need: Need, **changes: str) -> dict[str, str]:
    """Return what the edit form of a need sends when nothing is changed, with the changes."""
    sent = {"title": need.title, "body": need.body, "version": str(need.version), "action": "save"}
    for slot in need.slots:
        row = f"slots-{slot.position - 1}-"
        sent |= {
            f"{row}kind": slot.kind.value,
            f"{row}what": slot.what,
            f"{row}quantity": str(slot.quantity),
            f"{row}unit": slot.unit,
        }
    return sent | changes


@pytest.fixture
def owned(session: Session, town: Area) -> Need:
    """Return an open need with two slots."""
    need = make_need(
        participant=make_participant(area=town),
        slots=[make_slot(what="設営", quantity=10), make_slot(ResourceKind.GOODS, "テント", quantity=2, unit="張")],
    )
    session.add(need)
    return need


def test_a_posted_need_is_open_and_asks_for_a_run(session: Session, signed_in: Browse, represent: Represent) -> None:
    participant = make_participant()

    response = signed_in(represent(participant)).post("/needs/new", data=TYPED)

    need = session.scalars(select(Need)).one()
    assert response.status_code == 303
    assert need.status is NeedStatus.OPEN
    assert session.scalars(select(Job)).one().kind is JobKind.REFRESH_NEED


def test_who_is_welcome_is_asked_and_shown_to_everybody(
    session: Session, client: FlaskClient, signed_in: Browse, represent: Represent
) -> None:
    signed_in(represent(make_participant())).post("/needs/new", data=TYPED | {"welcomes": "children_welcome"})
    client.post("/sign-out")

    need = session.scalars(select(Need)).one()
    assert need.welcomes == ["children_welcome"]
    assert "子ども連れ歓迎" in client.get("/needs").text
    assert "子ども連れ歓迎" in client.get(f"/needs/{need.id}").text


def test_digits_of_full_width_are_read(session: Session, signed_in: Browse, represent: Represent) -> None:
    signed_in(represent(make_participant())).post("/needs/new", data=TYPED)

    assert session.scalars(select(Slot)).one().quantity == 10


def test_empty_rows_are_skipped(session: Session, signed_in: Browse, represent: Represent) -> None:
    typed = TYPED | {"slots-3-kind": "goods", "slots-3-what": "テント", "slots-3-quantity": "2"}

    signed_in(represent(make_participant())).post("/needs/new", data=typed)

    assert session.scalars(select(Slot.what).order_by(Slot.position)).all() == ["会場の設営", "テント"]


def test_a_draft_asks_for_nothing(session: Session, signed_in: Browse, represent: Represent) -> None:
    browser = signed_in(represent(make_participant()))

    browser.post("/needs/new", data={"title": "まだ考え中", "action": "draft"})

    assert session.scalars(select(Need)).one().status is NeedStatus.DRAFT
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_after_posting_the_page_says_who_sees_it(signed_in: Browse, represent: Represent) -> None:
    account = represent(make_participant())
    account.locale = "en"
    browser = signed_in(account)

    response = browser.post("/needs/new", data=TYPED, follow_redirects=True)

    assert "Who can see this, and what happens next" in response.text
    assert "Everybody can read this need" in response.text


def test_nothing_typed_is_lost_when_something_is_wrong(
    session: Session, signed_in: Browse, represent: Represent
) -> None:
    browser = signed_in(represent(make_participant()))

    response = browser.post("/needs/new", data=TYPED | {"title": "", "slots-0-quantity": "たくさん"})

    assert response.status_code == 422
    assert "会場の設営" in response.text
    assert "たくさん" in response.text
    assert "当日だけでも歓迎します。" in response.text
    assert session.scalar(select(func.count()).select_from(Need)) == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "　"}, "title"),
        ({"title": "あ" * 121}, "title"),
        ({"starts_on": "2030-05-02", "ends_on": "2030-05-01"}, "ends_on"),
        ({"ends_on": "令和元年5月1日"}, "ends_on"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"starts_on": "2030-02-30"}, "starts_on"),
        ({"starts_on": "きのう"}, "starts_on"),
        ({"slots-0-kind": ""}, "slots-0-kind"),
        ({"slots-0-kind": "dreams"}, "slots-0-kind"),
        ({"slots-0-what": ""}, "slots-0-what"),
        ({"slots-0-quantity": "0"}, "slots-0-quantity"),
        ({"slots-0-quantity": "-3"}, "slots-0-quantity"),
        ({"slots-0-quantity": "9" * 30}, "slots-0-quantity"),
        ({"slots-0-quantity": "1.5"}, "slots-0-quantity"),
        ({"slots-0-unit": "あ" * 21}, "slots-0-unit"),
        ({"slots-0-hours_per_month": "nan"}, "slots-0-hours_per_month"),
        ({"slots-0-hours_per_month": "1e999"}, "slots-0-hours_per_month"),
        ({"slots-0-skill": "空を飛ぶこと"}, "slots-0-skill"),
        ({"area": "jp.nowhere"}, "area"),
        ({"online": "perhaps"}, "online"),
        ({"windows": "midnight"}, "windows"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    signed_in: Browse, represent: Represent, wrong: dict[str, str], field: str
) -> None:
    response = signed_in(represent(make_participant())).post("/needs/new", data=TYPED | wrong)

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text


def test_open_needs_at_least_one_thing(session: Session, signed_in: Browse, represent: Represent) -> None:
    response = signed_in(represent(make_participant())).post("/needs/new", data={"title": "夏まつり"})

    assert response.status_code == 422
    assert 'href="#slots-0-what"' in response.text
    assert session.scalar(select(func.count()).select_from(Need)) == 0


def test_a_skill_is_found_under_its_other_names(session: Session, signed_in: Browse, represent: Represent) -> None:
    session.add(make_skill(code="spreadsheet", name="表計算", aliases=("エクセル",)))

    signed_in(represent(make_participant())).post("/needs/new", data=TYPED | {"slots-0-skill": "えくせる"})

    skill = session.scalars(select(Slot)).one().skill
    assert skill is not None
    assert skill.code == "spreadsheet"


def test_nobody_posts_for_a_participant_of_others(session: Session, signed_in: Browse, represent: Represent) -> None:
    foreign = make_participant()
    session.add(foreign)
    account = represent(make_participant())
    browser = signed_in(account)

    browser.post("/needs/new", data=TYPED | {"participant": str(foreign.id)})

    needs = session.scalars(select(Need)).all()
    assert all(account.represents(need.participant_id) for need in needs)


def test_a_coordinator_posts_for_a_participant_and_the_record_says_who(
    session: Session, signed_in: Browse, coordinator: Account, town: Area
) -> None:
    participants = [make_participant(area=town), make_participant(area=town)]
    session.add_all(participants)

    signed_in(coordinator).post(
        "/needs/new", data=TYPED | {"participant": str(participants[1].id), "told-channel": "telephone"}
    )

    need = session.scalars(select(Need)).one()
    assert need.participant_id == participants[1].id
    assert need.posted_by_id == coordinator.id
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == need.id).order_by(AuditEntry.sequence)
    ).first()
    assert entry is not None
    assert entry.actor_id == coordinator.id


def test_a_coordinator_must_choose_for_whom(
    session: Session, signed_in: Browse, coordinator: Account, town: Area
) -> None:
    session.add_all([make_participant(area=town), make_participant(area=town), elsewhere := make_participant()])

    for chosen in ("", str(elsewhere.id), "nobody"):
        response = signed_in(coordinator).post("/needs/new", data=TYPED | {"participant": chosen})
        assert response.status_code == 422
        assert 'href="#participant"' in response.text


def test_the_place_lies_where_the_participant_does(
    session: Session, signed_in: Browse, represent: Represent, town: Area
) -> None:
    north, far = make_district(municipality=town), make_district(municipality=make_municipality())
    session.add_all([north, far])
    browser = signed_in(represent(make_participant(area=town)))

    assert browser.post("/needs/new", data=TYPED | {"area": far.path}).status_code == 422
    assert browser.post("/needs/new", data=TYPED | {"area": north.path}).status_code == 303
    assert session.scalars(select(Need)).one().area_id == north.id


def test_the_same_form_sent_twice_counts_once(session: Session, signed_in: Browse, represent: Represent) -> None:
    browser = signed_in(represent(make_participant()))

    first = browser.post("/needs/new", data=TYPED | {"_once": "a-key"})
    second = browser.post("/needs/new", data=TYPED | {"_once": "a-key"})

    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Need)) == 1


def test_editing_changes_slots_in_place(session: Session, signed_in: Browse, represent: Represent, owned: Need) -> None:
    before = [slot.id for slot in owned.slots]
    browser = signed_in(represent(owned.participant))

    response = browser.post(f"/needs/{owned.id}/edit", data=_sent(owned, **{"slots-0-quantity": "12"}))

    slots = session.scalars(select(Slot).order_by(Slot.position)).all()
    assert response.status_code == 303
    assert [slot.id for slot in slots] == before
    assert [slot.quantity for slot in slots] == [12, 2]


def test_an_emptied_row_removes_its_slot_and_leaves_the_others(
    session: Session, signed_in: Browse, represent: Represent, owned: Need
) -> None:
    emptied = {f"slots-0-{name}": "" for name in ("kind", "what", "quantity", "unit")}

    signed_in(represent(owned.participant)).post(f"/needs/{owned.id}/edit", data=_sent(owned, **emptied))

    assert [slot.what for slot in session.scalars(select(Slot))] == ["テント"]


def test_what_is_promised_is_neither_lowered_nor_removed(signed_in: Browse, represent: Represent, owned: Need) -> None:
    owned.slots[0].promised = 4
    kept = _sent(owned)
    browser = signed_in(represent(owned.participant))
    emptied = {f"slots-0-{name}": "" for name in ("kind", "what", "quantity", "unit")}

    for wrong, field in (
        ({"slots-0-quantity": "3"}, "slots-0-quantity"),
        (emptied, "slots-0-what"),
        ({"slots-0-kind": "money"}, "slots-0-kind"),
    ):
        response = browser.post(f"/needs/{owned.id}/edit", data=kept | wrong)
        assert response.status_code == 422
        assert f'href="#{field}"' in response.text
    assert browser.post(f"/needs/{owned.id}/edit", data=kept | {"slots-0-quantity": "4"}).status_code == 303


def test_a_slot_that_was_part_of_a_partnership_stays(session: Session, signed_in: Browse, represent: Represent) -> None:
    partnership = make_partnership()
    session.add(partnership)
    need = partnership.need
    browser = signed_in(represent(need.participant))
    moved = {f"slots-0-{name}": "" for name in ("kind", "what", "quantity", "unit")}

    response = browser.post(
        f"/needs/{need.id}/edit", data=_sent(need, **moved, **{"slots-1-kind": "money", "slots-1-what": "謝金"})
    )

    assert response.status_code == 422
    assert 'href="#slots-0-what"' in response.text


def test_editing_supersedes_what_nobody_decided(
    session: Session, signed_in: Browse, represent: Represent, owned: Need
) -> None:
    suggestion = make_suggestion(need=owned)
    session.add(suggestion)

    signed_in(represent(owned.participant)).post(f"/needs/{owned.id}/edit", data=_sent(owned, title="新しい題"))

    assert suggestion.verdict is Verdict.SUPERSEDED
    assert session.scalars(select(Job)).one().municipality_id == owned.municipality_id


def test_withdrawing_supersedes_and_reopening_looks_anew(
    session: Session, signed_in: Browse, represent: Represent, owned: Need
) -> None:
    suggestion = make_suggestion(need=owned)
    session.add(suggestion)
    browser = signed_in(represent(owned.participant))

    browser.post(f"/needs/{owned.id}/withdraw")
    states = [owned.status]
    browser.post(f"/needs/{owned.id}/open")
    states.append(owned.status)

    assert states == [NeedStatus.WITHDRAWN, NeedStatus.OPEN]
    assert suggestion.verdict is Verdict.SUPERSEDED


def test_withdrawing_twice_is_told(signed_in: Browse, represent: Represent, owned: Need) -> None:
    browser = signed_in(represent(owned.participant))

    browser.post(f"/needs/{owned.id}/withdraw")

    assert browser.post(f"/needs/{owned.id}/withdraw").status_code == 409


def test_opening_again_forgets_a_date_that_has_passed(signed_in: Browse, represent: Represent, owned: Need) -> None:
    owned.expire()
    owned.expires_on = date(2026, 1, 1)

    signed_in(represent(owned.participant)).post(f"/needs/{owned.id}/open")

    assert owned.status is NeedStatus.OPEN
    assert owned.expires_on is None


def test_a_draft_without_anything_lacking_is_not_opened(
    session: Session, signed_in: Browse, represent: Represent
) -> None:
    need = Need(participant=make_participant(), title="まだ考え中")
    session.add(need)

    assert signed_in(represent(need.participant)).post(f"/needs/{need.id}/open").status_code == 400
    assert need.status is NeedStatus.DRAFT


def test_who_edits_an_older_version_sees_both(signed_in: Browse, represent: Represent, owned: Need) -> None:
    browser = signed_in(represent(owned.participant))
    mine = _sent(owned, title="わたしの題")
    browser.post(f"/needs/{owned.id}/edit", data=_sent(owned, **{"slots-0-what": "ほかの人の設営"}))

    response = browser.post(f"/needs/{owned.id}/edit", data=mine)

    assert response.status_code == 409
    assert "わたしの題" in response.text
    assert "ほかの人の設営" in response.text
    assert owned.title != "わたしの題"


def test_others_cannot_edit(signed_in: Browse, represent: Represent, owned: Need) -> None:
    browser = signed_in(represent(make_participant()))

    assert browser.get(f"/needs/{owned.id}/edit").status_code == 404
    assert browser.post(f"/needs/{owned.id}/withdraw").status_code == 404


def test_unknown_fields_have_no_effect(session: Session, signed_in: Browse, represent: Represent) -> None:
    signed_in(represent(make_participant())).post(
        "/needs/new", data=TYPED | {"status": "filled", "promised": "9", "slots-0-promised": "9", "import_key": "x"}
    )

    need = session.scalars(select(Need)).one()
    assert need.status is NeedStatus.OPEN
    assert need.import_key is None


def test_text_is_shown_as_text(client: FlaskClient, session: Session) -> None:
    need = make_need(title="<script>alert(1)</script>", body="<b>太い</b>")
    session.add(need)

    page = client.get(f"/needs/{need.id}").text

    assert "<script>alert(1)" not in page
    assert "<b>太い" not in page


def test_control_characters_are_taken_out(session: Session, signed_in: Browse, represent: Represent) -> None:
    signed_in(represent(make_participant())).post(
        "/needs/new", data=TYPED | {"title": "夏\x00まつり\x0b", "body": "一行目\r\n二行目\x00"}
    )

    need = session.scalars(select(Need)).one()
    assert need.title == "夏まつり"
    assert need.body == "一行目\n二行目"


def test_each_answer_of_a_conflict_is_chosen_by_itself(
    session: Session, signed_in: Browse, represent: Represent, owned: Need
) -> None:
    browser = signed_in(represent(owned.participant))
    typed = _sent(owned, title="私の題", body="私の文", **{"slots-0-what": "私の設営"})
    owned.title, owned.body, owned.slots[0].what = "保存の題", "保存の文", "保存の設営"
    session.commit()

    page = browser.post(f"/needs/{owned.id}/edit", data=typed)
    chosen = {"version": str(owned.version), "take-title": "theirs", "take-body": "mine", "take-slots": "theirs"}
    saved = browser.post(f"/needs/{owned.id}/edit", data=typed | chosen)

    assert page.status_code == 409
    assert all(f'name="take-{name}" value="theirs"' in page.text for name in ("title", "body", "slots"))
    assert 'name="take-starts_on"' not in page.text
    assert saved.status_code == 303
    first = session.scalars(select(Slot.what).where(Slot.need_id == owned.id, Slot.position == 1)).one()
    assert (owned.title, owned.body, first) == ("保存の題", "私の文", "保存の設営")
