"""Writing and signing: versions, gates, files that are the same every time, papers with their scans."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from models import AgreementVersion, ConsentChannel, Partnership, PartyTerms, PrincipleGate, Scan, Stage
from models.principles import lacks_of
from tests.factories import make_account, make_appointment, make_municipality, make_terms
from web.agreements import queries
from web.agreements.documents import pdf_can_be_made

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def without(partnership: Partnership, gate: PrincipleGate) -> dict[str, Any]:
    """Return what to pass to a whole agreement so that it lacks what one gate asks for."""
    of_last: dict[PrincipleGate, dict[str, Any]] = {
        PrincipleGate.ROLE_DUTY_BENEFIT: {"benefit": " "},
        PrincipleGate.UNDERSTANDING: {"to_keep": ""},
    }
    if gate in of_last:
        *others, last = partnership.parties
        return {"terms": [*map(make_terms, others), make_terms(last, **of_last[gate])]}
    if gate is PrincipleGate.WHO_LEADS:
        return {"terms": [make_terms(party, leads=False) for party in partnership.parties]}
    lacking: dict[PrincipleGate, dict[str, Any]] = {
        PrincipleGate.GOAL: {"goal_measure": ""},
        PrincipleGate.OPENNESS: {"public_summary": "", "private_reason": ""},
        PrincipleGate.OPPORTUNITY: {"opportunity": ""},
        PrincipleGate.END_DATE: {"ends_on": None},
        PrincipleGate.EVALUATION: {"evaluation_measure": ""},
    }
    return lacking.get(gate, {})


@pytest.mark.parametrize("gate", [*PrincipleGate])
def test_taking_one_thing_away_closes_exactly_one_gate(drafting: Any, gate: PrincipleGate) -> None:
    drafting.write(**without(drafting.partnership, gate))
    if gate is PrincipleGate.OWN_YES:
        drafting.person.enquiry.channel = None

    standing = queries.standing(drafting.session, drafting.partnership)

    assert [finding.principle.code for finding in standing.unmet] == [gate.value]


def test_a_reasoned_refusal_is_as_open_as_a_summary(drafting: Any) -> None:
    version = drafting.write(public_summary="", private_reason="参加者の希望")

    assert not lacks_of(PrincipleGate.OPENNESS, version, drafting.partnership.parties)


@pytest.mark.parametrize("gate", [*PrincipleGate])
def test_an_agreement_with_a_hole_is_not_signed(drafting: Any, gate: PrincipleGate) -> None:
    version = drafting.write(**without(drafting.partnership, gate))
    if gate is PrincipleGate.OWN_YES:
        drafting.person.enquiry.channel = None
        drafting.session.commit()

    answer = sign(drafting, version.number)

    assert answer.status_code == 409
    assert not version.signatures


def sign(drafting: Any, number: int, signing: Any = None, account: Any = None, **typed: str) -> Any:
    signing, account = signing or drafting.association, account or drafting.chair
    data = {"party": str(signing.id), "name": "北山 一郎", "capacity": "会長", "has_read": "y"} | typed
    return drafting.browser(account).post(drafting.url(f"/agreement/{number}/sign"), data=data)


def sign_paper(drafting: Any, number: int, content: bytes = PNG, account: Any = None) -> Any:
    data = {"party": str(drafting.person.id), "name": "佐藤 実", "scan": FileStorage(io.BytesIO(content), "名前.png")}
    browser = drafting.browser(account or drafting.coordinator)
    boundary, body = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.post(drafting.url(f"/agreement/{number}/paper"), data=body, content_type=kind)


def sign_all(drafting: Any, number: int) -> None:
    sign(drafting, number)
    sign(drafting, number, drafting.company, drafting.manager)
    sign_paper(drafting, number)


def test_it_holds_when_the_last_party_has_signed(drafting: Any) -> None:
    version = drafting.write()
    sign(drafting, 1)
    sign_paper(drafting, 1)
    assert not drafting.partnership.agreed_version

    sign(drafting, 1, drafting.company, drafting.manager)

    assert drafting.partnership.stage is Stage.AGREED
    assert (drafting.partnership.agreed_version, drafting.partnership.ends_on) == (1, version.ends_on)


def test_the_work_begins_at_once_where_the_first_day_has_come(drafting: Any) -> None:
    drafting.write(starts_on=date(2026, 11, 24))

    sign_all(drafting, 1)

    assert drafting.partnership.stage is Stage.RUNNING


def test_a_signature_names_who_signed_as_what_when_and_how(drafting: Any) -> None:
    version = drafting.write()

    sign(drafting, 1)

    signature = version.signatures[0]
    assert (signature.name, signature.capacity, signature.channel) == ("北山 一郎", "会長", ConsentChannel.WEB)
    assert signature.entered_by_id == drafting.chair.id


def test_a_paper_is_kept_with_its_scan_and_with_who_entered_it(drafting: Any) -> None:
    version = drafting.write()

    sign_paper(drafting, 1)

    signature = version.signatures[0]
    assert (signature.channel, signature.entered_by_id) == (ConsentChannel.PAPER, drafting.coordinator.id)
    assert drafting.browser(drafting.coordinator).get(f"/scans/{signature.scan_id}").data == PNG


def test_a_scan_is_for_its_party_and_the_coordinator_alone(drafting: Any) -> None:
    version = drafting.write()
    sign_paper(drafting, 1)
    drafting.session.commit()

    assert drafting.browser(drafting.chair).get(f"/scans/{version.signatures[0].scan_id}").status_code == 404


@pytest.mark.parametrize("content", [b"", b"GIF89a" + bytes(20), b"<html>"])
def test_what_is_no_scan_is_not_kept(drafting: Any, content: bytes) -> None:
    version = drafting.write()

    assert sign_paper(drafting, 1, content).status_code == 422
    assert (version.signatures, drafting.session.query(Scan).count()) == ([], 0)


def test_a_photograph_of_a_telephone_is_not_too_large(drafting: Any) -> None:
    drafting.write()

    assert sign_paper(drafting, 1, PNG + bytes(5 * 1024 * 1024)).status_code == 303


def test_what_is_larger_than_can_be_kept_is_refused(drafting: Any) -> None:
    version = drafting.write()

    assert sign_paper(drafting, 1, PNG + bytes(9 * 1024 * 1024)).status_code in {413, 422}
    assert not version.signatures


def test_a_party_enters_no_papers(drafting: Any) -> None:
    drafting.write()

    assert sign_paper(drafting, 1, account=drafting.chair).status_code == 404


def test_a_version_that_is_not_the_latest_is_not_signed(drafting: Any) -> None:
    first = drafting.write()
    drafting.write(number=2, cost="半分ずつ")

    assert sign(drafting, 1).status_code == 409
    assert not first.signatures


def test_nobody_signs_for_another_party(drafting: Any) -> None:
    version = drafting.write()

    answer = sign(drafting, 1, drafting.company, drafting.chair)

    assert answer.status_code == 422
    assert not version.signatures


def test_a_party_signs_a_version_once(drafting: Any) -> None:
    version = drafting.write()
    sign(drafting, 1)

    sign(drafting, 1)

    assert len(version.signatures) == 1


@pytest.mark.parametrize("typed", [{"name": ""}, {"has_read": ""}, {"party": ""}])
def test_what_a_signature_lacks_is_named(drafting: Any, typed: dict[str, str]) -> None:
    version = drafting.write()

    assert sign(drafting, 1, **typed).status_code == 422
    assert not version.signatures


def test_an_agreement_whose_last_day_has_passed_is_not_signed(drafting: Any) -> None:
    version = drafting.write(starts_on=date(2026, 10, 1), ends_on=date(2026, 11, 23), evaluation_on=date(2026, 11, 23))

    assert sign(drafting, 1).status_code == 409
    assert not version.signatures


def clauses(based_on: int = 0, **typed: str) -> dict[str, str]:
    return {
        "based_on": str(based_on),
        "form": "",
        "goal": "子ども食堂",
        "starts_on": "2026-12-01",
        "ends_on": "2027-03-31",
    } | typed


def test_each_change_is_a_version_of_its_own(drafting: Any) -> None:
    browser = drafting.browser()
    browser.post(drafting.url("/agreement/clauses"), data=clauses())
    browser.post(drafting.url("/agreement/clauses"), data=clauses(1, cost="半分ずつ"))

    first, second = drafting.session.query(AgreementVersion).order_by(AgreementVersion.number)
    assert (first.cost, second.cost) == ("", "半分ずつ")


def test_writing_the_same_again_makes_no_version(drafting: Any) -> None:
    browser = drafting.browser()
    browser.post(drafting.url("/agreement/clauses"), data=clauses())
    browser.post(drafting.url("/agreement/clauses"), data=clauses(1))

    assert queries.latest_number(drafting.session, drafting.partnership) == 1


def test_who_was_overtaken_loses_nothing(drafting: Any) -> None:
    browser = drafting.browser()
    browser.post(drafting.url("/agreement/clauses"), data=clauses())

    answer = browser.post(drafting.url("/agreement/clauses"), data=clauses(0, cost="半分ずつ"))

    assert answer.status_code == 409
    assert "半分ずつ" in answer.text
    assert queries.latest_number(drafting.session, drafting.partnership) == 1


def test_an_end_before_the_start_is_refused_and_nothing_is_lost(drafting: Any) -> None:
    answer = drafting.browser().post(
        drafting.url("/agreement/clauses"), data=clauses(ends_on="2026-11-30", cost="半分ずつ")
    )

    assert answer.status_code == 422
    assert "半分ずつ" in answer.text
    assert queries.latest_number(drafting.session, drafting.partnership) == 0


def sheet(drafting: Any, based_on: int = 0, **typed: str) -> dict[str, str]:
    filled = {"based_on": str(based_on), "problem": "場所がない", "purpose": "集まる", "activity": "食堂"}
    for number, party in enumerate(drafting.partnership.parties):
        filled |= {
            f"parties-{number}-party": str(party.id),
            f"parties-{number}-role": f"役割{number}",
            f"parties-{number}-benefit_weight": "2",
            f"parties-{number}-burden_weight": "",
        }
    return filled | typed


def test_the_sheet_keeps_what_each_party_gains_and_bears(drafting: Any) -> None:
    drafting.browser().post(drafting.url("/benefit-sheet"), data=sheet(drafting))

    terms = drafting.session.query(PartyTerms).order_by(PartyTerms.position).all()
    assert [one.role for one in terms] == ["役割0", "役割1", "役割2"]
    assert [(one.benefit_weight, one.burden_weight) for one in terms] == [(2, None)] * 3


def test_a_burden_above_the_benefit_is_warned_of(drafting: Any) -> None:
    warning = "得るものより負担が大きい"
    drafting.browser().post(drafting.url("/benefit-sheet"), data=sheet(drafting))
    assert warning not in drafting.browser().get(drafting.url("/agreement")).text

    changed = sheet(drafting, 1, **{"parties-2-burden_weight": "4"})
    drafting.browser().post(drafting.url("/benefit-sheet"), data=changed)

    assert warning in drafting.browser().get(drafting.url("/agreement")).text


def test_the_sheet_leaves_the_clauses_as_they_were(drafting: Any) -> None:
    drafting.write(cost="半分ずつ")

    drafting.browser().post(drafting.url("/benefit-sheet"), data=sheet(drafting, 1))

    latest = queries.latest_version(drafting.session, drafting.partnership)
    assert latest is not None
    assert (latest.number, latest.cost) == (2, "半分ずつ")


def test_a_change_while_it_runs_leaves_the_old_version_in_force_until_all_have_signed(drafting: Any) -> None:
    drafting.write(starts_on=date(2026, 11, 24))
    sign_all(drafting, 1)
    drafting.write(number=2, starts_on=date(2026, 11, 24), ends_on=date(2027, 9, 30))
    sign(drafting, 2)
    assert (drafting.partnership.agreed_version, drafting.partnership.ends_on) == (1, date(2027, 3, 31))

    sign(drafting, 2, drafting.company, drafting.manager)
    sign_paper(drafting, 2)

    assert (drafting.partnership.agreed_version, drafting.partnership.ends_on) == (2, date(2027, 9, 30))
    assert drafting.partnership.stage is Stage.RUNNING


@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_a_version_gives_the_same_bytes_every_time(drafting: Any, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "pdf" and not pdf_can_be_made():
        pytest.skip("Pango is not on this machine")
    drafting.write()
    sign(drafting, 1)
    url = drafting.url(f"/agreement/1/{kind}")
    first = drafting.browser().get(url).data
    monkeypatch.setenv("ENISHI_NOW", "2027-05-05T05:05:05+00:00")

    assert drafting.browser(drafting.manager).get(url).data == first
    assert len(first) > 1000


def test_the_file_for_the_office_holds_every_party_and_clause(drafting: Any) -> None:
    drafting.write()

    with zipfile.ZipFile(io.BytesIO(drafting.browser().get(drafting.url("/agreement/1/docx")).data)) as parts:
        text = parts.read("word/document.xml").decode()

    assert all(words in text for words in ("北山町内会", "日和印刷", "月二回、毎回三十人", "名簿は持ち出さない"))


@pytest.mark.parametrize(
    "path", ["/meeting", "/meeting/dates", "/meeting/settled", "/agreement", "/benefit-sheet", "/agreement/clauses"]
)
def test_strangers_do_not_sit_at_the_table(drafting: Any, path: str) -> None:
    stranger = make_account(email="elsewhere@hiyori.example")
    drafting.session.add(make_appointment(make_municipality(), account=stranger))
    drafting.session.commit()

    assert drafting.browser(stranger).get(drafting.url(path)).status_code == 404
    assert drafting.browser().get(drafting.url(path)).status_code == 200


def test_what_an_agreement_lacks_is_linked_to_where_it_is_written(drafting: Any) -> None:
    drafting.write(ends_on=None)

    page = drafting.browser().get(drafting.url("/agreement")).text

    assert drafting.url("/agreement/clauses#ends_on") in page
    assert drafting.url("/agreement/1/sign") not in page
