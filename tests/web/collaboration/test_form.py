"""The form of a partnership: ranked by what is settled, chosen by its parties until the agreement is signed."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Barrier, Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from matching.collaboration import FORMS, RULED_OUT, TABLE
from models import (
    Account,
    AuditContext,
    AuditedSession,
    AuditEntry,
    CollaborationForm,
    FormChoice,
    Partnership,
    Stage,
    utc_now,
)
from models.errors import DomainError
from tests.factories import (
    make_account,
    make_appointment,
    make_district,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_partnership,
    make_resident,
)
from web.collaboration import services
from web.collaboration.documents import ABOUT, CANNOT_BE
from web.collaboration.forms import QUESTIONS

SignedIn = Callable[[Account], FlaskClient]
SUBSIDY = "responsible=group&money=grant&decides=group&books=group"


@dataclass
class Table:
    """A partnership of an association and a resident, and who may sit at its table."""

    partnership: Partnership
    chair: Account
    person: Account
    coordinator: Account

    @property
    def url(self) -> str:
        return f"/partnerships/{self.partnership.id}/form"


def seat(session: AuditedSession, stage: Stage = Stage.ACCEPTED) -> Table:
    district = make_district()
    association, resident = (
        make_participant(name="北山町内会", area=district),
        make_resident(name="佐藤 実", area=district),
    )
    chair = make_membership(association, account=make_account(locale="en")).account
    person = make_membership(resident, account=make_account(locale="en")).account
    coordinator = make_appointment(district, account=make_account(name="調整 太郎")).account
    need = make_need(participant=association)
    partnership = make_partnership(stage=stage, need=need, offers=[make_offer(participant=resident)], by=coordinator)
    session.add_all([partnership, chair, person, coordinator])
    session.commit()
    return Table(partnership, chair, person, coordinator)


@pytest.fixture
def table(session: AuditedSession) -> Table:
    return seat(session)


def chosen(session: AuditedSession) -> FormChoice | None:
    return session.scalars(select(FormChoice)).one_or_none()


def test_the_answers_in_the_address_rank_the_forms(table: Table, signed_in: SignedIn) -> None:
    page = signed_in(table.chair).get(f"{table.url}?{SUBSIDY}").text

    assert page.index("<h3>1. Subsidy") < page.index("<h3>2. Accord")
    assert "Money: The office adds a part of what it costs the group" in page
    assert "A patron gives its name and no money." in page


def test_without_an_answer_the_page_only_asks(table: Table, signed_in: SignedIn) -> None:
    page = signed_in(table.chair).get(table.url).text

    assert page.count("Not settled yet") == len(QUESTIONS)
    assert 'method="post" action="/partnerships' not in page


def test_no_figure_stands_where_little_is_settled(table: Table, signed_in: SignedIn) -> None:
    page = signed_in(table.chair).get(f"{table.url}?money=fee").text

    assert "points out of 100" not in page
    assert "Answer more questions for a figure." in page


def test_the_first_form_is_chosen_without_a_reason(table: Table, session: AuditedSession, signed_in: SignedIn) -> None:
    answer = signed_in(table.person).post(f"{table.url}?{SUBSIDY}", data={"chosen": "subsidy"})

    choice = chosen(session)
    assert answer.status_code == 303
    assert choice is not None
    assert (choice.form, choice.departs) == (CollaborationForm.SUBSIDY, False)
    assert choice.answers == {"responsible": "group", "money": "grant", "decides": "group", "books": "group"}
    assert choice.ranked == ["subsidy", "accord"]
    assert choice.chosen_by_id == table.person.id


def test_another_form_than_the_first_needs_a_reason(table: Table, session: AuditedSession, signed_in: SignedIn) -> None:
    answer = signed_in(table.chair).post(f"{table.url}?{SUBSIDY}", data={"chosen": "accord", "reason": " "})

    assert answer.status_code == 422
    assert "Write why another form than the first is the right one here." in answer.text
    assert chosen(session) is None


def test_a_departure_is_shown_with_its_reason_and_who_chose(
    table: Table, session: AuditedSession, signed_in: SignedIn
) -> None:
    browser = signed_in(table.chair)
    browser.post(f"{table.url}?{SUBSIDY}", data={"chosen": "accord", "reason": "三年続けるため"})

    page = browser.get(table.url).text

    assert "三年続けるため" in page
    assert "北山町内会" in page
    assert "1. Subsidy, 2. Accord" in page
    choice = chosen(session)
    assert choice is not None
    assert choice.departs


def test_a_party_reads_which_coordinator_chose(table: Table, signed_in: SignedIn) -> None:
    signed_in(table.coordinator).post(f"{table.url}?{SUBSIDY}", data={"chosen": "subsidy"})

    assert "調整 太郎" in signed_in(table.person).get(table.url).text


def test_who_speaks_for_a_party_is_shown_as_that_party(table: Table, signed_in: SignedIn) -> None:
    table.person.name = "佐藤の家族"
    signed_in(table.person).post(f"{table.url}?{SUBSIDY}", data={"chosen": "subsidy"})

    page = signed_in(table.chair).get(table.url).text

    assert "佐藤 実" in page
    assert "佐藤の家族" not in page


def test_what_was_typed_is_kept_where_something_is_missing(table: Table, signed_in: SignedIn) -> None:
    answer = signed_in(table.chair).post(f"{table.url}?{SUBSIDY}", data={"reason": "三年続けるため"})

    assert answer.status_code == 422
    assert "三年続けるため" in answer.text
    assert 'value="grant" checked' in answer.text


def test_the_choice_can_be_changed_and_each_is_recorded(
    table: Table, session: AuditedSession, signed_in: SignedIn
) -> None:
    signed_in(table.chair).post(f"{table.url}?{SUBSIDY}", data={"chosen": "subsidy"})
    answer = signed_in(table.coordinator).post(
        f"{table.url}?responsible=both&money=shared", data={"chosen": "co_hosting", "version": "1"}
    )

    choice = chosen(session)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_table == "form_choices")).all()
    assert answer.status_code == 303
    assert choice is not None
    assert choice.form is CollaborationForm.CO_HOSTING
    assert {entry.actor_id for entry in entries} == {table.chair.id, table.coordinator.id}


def test_who_chose_on_an_old_page_is_told(table: Table, session: AuditedSession, signed_in: SignedIn) -> None:
    signed_in(table.chair).post(f"{table.url}?{SUBSIDY}", data={"chosen": "subsidy"})

    answer = signed_in(table.person).post(
        f"{table.url}?{SUBSIDY}", data={"chosen": "accord", "reason": "長く続けたい", "version": ""}
    )

    choice = chosen(session)
    assert answer.status_code == 409
    assert choice is not None
    assert choice.form is CollaborationForm.SUBSIDY


def test_two_who_choose_at_once_choose_one_form(table: Table, session: AuditedSession, engine: Engine) -> None:
    barrier, refused = Barrier(2), []

    def choose(account_id: object, form: CollaborationForm) -> None:
        barrier.wait()
        try:
            with AuditedSession(engine) as own, own.begin():
                own.info["audit"] = AuditContext(key=b"a key for tests", via="test")
                services.choose(
                    own,
                    own.get_one(Partnership, table.partnership.id),
                    form,
                    answers={"responsible": "group", "money": "grant"},
                    reason="話し合って",
                    version=0,
                    by=own.get_one(Account, account_id),
                    at=utc_now(),
                )
        except DomainError as refusal:
            refused.append(type(refusal).__name__)

    identities = table.chair.id, table.person.id
    session.rollback()
    forms = CollaborationForm.SUBSIDY, CollaborationForm.ACCORD
    threads = [Thread(target=choose, args=pair) for pair in zip(identities, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["StaleVersion"]
    assert chosen(session) is not None


@pytest.mark.parametrize(
    ("query", "typed"),
    [
        ("", {"chosen": "co_hosting"}),
        ("?money=gold", {"chosen": "co_hosting"}),
        (f"?{SUBSIDY}", {"chosen": ""}),
        (f"?{SUBSIDY}", {"chosen": "marriage"}),
        (f"?{SUBSIDY}", {"chosen": "patronage", "reason": "名前だけ"}),
        (f"?{SUBSIDY}", {"chosen": "accord", "reason": "長" * 1001}),
    ],
)
def test_what_cannot_be_is_named_and_changes_nothing(
    table: Table, session: AuditedSession, signed_in: SignedIn, query: str, typed: dict[str, str]
) -> None:
    answer = signed_in(table.chair).post(f"{table.url}{query}", data=typed)

    assert answer.status_code == 422
    assert chosen(session) is None


def test_an_answer_that_does_not_exist_is_named(table: Table, signed_in: SignedIn) -> None:
    answer = signed_in(table.chair).get(f"{table.url}?money=gold&responsible=group")

    assert answer.status_code == 422
    assert "Choose one of the answers." in answer.text


@pytest.mark.parametrize("stage", [Stage.DRAFTING, Stage.AGREED, Stage.RUNNING])
def test_the_form_is_chosen_until_the_agreement_is_signed(
    session: AuditedSession, signed_in: SignedIn, stage: Stage
) -> None:
    table = seat(session, stage)
    browser = signed_in(table.chair)

    assert browser.get(table.url).status_code == 200
    answer = browser.post(f"{table.url}?{SUBSIDY}", data={"chosen": "subsidy"})

    assert answer.status_code == (303 if stage is Stage.DRAFTING else 409)
    assert (chosen(session) is not None) == (stage is Stage.DRAFTING)


def test_before_all_said_yes_there_is_no_such_page(session: AuditedSession, signed_in: SignedIn) -> None:
    table = seat(session, Stage.PROPOSED)

    assert signed_in(table.chair).get(table.url).status_code == 404


def test_strangers_and_other_coordinators_find_nothing(
    table: Table, session: AuditedSession, client: FlaskClient, signed_in: SignedIn
) -> None:
    stranger = make_membership(make_participant()).account
    elsewhere = make_appointment(make_municipality()).account
    session.add_all([stranger, elsewhere])

    assert client.get(table.url).status_code == 302
    for account in (stranger, elsewhere):
        browser = signed_in(account)
        assert browser.get(table.url).status_code == 404
        assert browser.post(f"{table.url}?{SUBSIDY}", data={"chosen": "subsidy"}).status_code == 404
    assert chosen(session) is None


def test_every_code_of_the_ranking_has_its_words() -> None:
    assert {name: set(question.answers) for name, question in QUESTIONS.items()} == {
        name: set(row) for name, row in TABLE.items()
    }
    assert set(ABOUT) == set(FORMS)
    assert set(CANNOT_BE) == {code for pairs in RULED_OUT.values() for code in pairs.values()}
