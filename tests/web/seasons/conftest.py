from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from models import Account, Area, AuditedSession, Need, Offer, Participant, Season, SeasonProfessional, SeasonProject
from tests.factories import (
    enter_professional,
    enter_project,
    make_account,
    make_appointment,
    make_item,
    make_membership,
    make_municipality,
    make_need,
    make_offer,
    make_participant,
    make_resident,
    make_season,
    make_slot,
)

NOW = "2026-12-01T03:00:00+00:00"
AFTER_CLOSING = "2027-01-20T03:00:00+00:00"


@dataclass
class Town:
    """A season with a newsletter and accounts to be done, two residents and a company who could, and their people."""

    session: AuditedSession
    area: Area
    season: Season
    coordinator: Account
    chair: Account
    designer_account: Account
    stranger: Account
    newsletter: SeasonProject
    books: SeasonProject
    designer: SeasonProfessional
    writer: SeasonProfessional
    accountant: SeasonProfessional

    def url(self, rest: str = "") -> str:
        return f"/seasons/{self.season.id}{rest}"

    def need(
        self, title: str = "祭りの記録を残したい", what: str = "写真撮影", *, owner: Participant | None = None
    ) -> Need:
        need = make_need(
            participant=owner or make_participant(area=self.area), title=title, slots=[make_slot(what=what)]
        )
        self.session.add(need)
        self.session.commit()
        return need

    def offer(self, owner: Participant, *, title: str = "写真を撮れます", what: str = "写真撮影") -> Offer:
        offer = make_offer(participant=owner, title=title, items=[make_item(what=what)])
        self.session.add(offer)
        self.session.commit()
        return offer


@pytest.fixture
def town(session: AuditedSession, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("ENISHI_NOW", NOW)
    area = make_municipality()
    season = make_season(area=area)
    association = make_participant(name="北山町内会", area=area)
    club = make_participant(name="日和文化の会", area=area)
    company = make_participant(name="日和会計事務所", area=area)
    first, second = make_resident(name="有村 灯", area=area), make_resident(name="小池 実", area=area)
    newsletter = make_need(
        participant=association,
        title="会報を読みやすくしたい",
        slots=[make_slot(what="広報紙のデザイン"), make_slot(what="記事の取材と執筆")],
    )
    books = make_need(participant=club, title="会計をととのえたい", slots=[make_slot(what="会計")])
    town = Town(
        session,
        area,
        season,
        coordinator=make_account(),
        chair=make_account(),
        designer_account=make_account(),
        stranger=make_account(),
        newsletter=enter_project(season, newsletter),
        books=enter_project(season, books),
        designer=_enter(season, first, "紙面をデザインします", "広報紙のデザイン"),
        writer=_enter(season, second, "取材して書きます", "記事の取材と執筆"),
        accountant=_enter(season, company, "会計をみます", "会計"),
    )
    session.add_all(
        [
            season,
            make_appointment(area, account=town.coordinator),
            make_appointment(make_municipality(), account=town.stranger),
            make_membership(association, account=town.chair),
            make_membership(first, account=town.designer_account),
        ]
    )
    for account in (town.coordinator, town.stranger, town.chair, town.designer_account):
        account.locale = "en"
    session.commit()
    return town


def _enter(season: Season, owner: Participant, title: str, what: str) -> SeasonProfessional:
    return enter_professional(season, make_offer(participant=owner, title=title, items=[make_item(what=what)]))


@pytest.fixture
def as_coordinator(town: Town, signed_in: Callable[[Account], FlaskClient]) -> FlaskClient:
    return signed_in(town.coordinator)


@pytest.fixture
def as_chair(town: Town, signed_in: Callable[[Account], FlaskClient]) -> FlaskClient:
    return signed_in(town.chair)
