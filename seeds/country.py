"""A whole country that does not exist, as large as one likes, to measure with.

Everything in it is invented and says so: its places are called 架空. The same numbers give the same
rows, and a municipality has the same rows however many others there are. The rows are written in
bulk, which passes the record of changes by: a database that holds this country is for measuring only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from models import (
    ActivityField,
    Area,
    AreaLevel,
    Base,
    Condition,
    ConsentChannel,
    ConsentPurpose,
    NeedOrigin,
    NeedStatus,
    OfferStatus,
    ParticipantKind,
    Reach,
    ResourceKind,
    Skill,
    Window,
)
from models.search import fold
from seeds import reference
from seeds.reference import REFERENCE
from seeds.sheets import read

SEED: Final = "enishi"
COUNTRY: Final = "jp"
MUNICIPALITIES, OFFERS, NEEDS = 200, 200_000, 20_000
MUNICIPALITIES_OF_A_PREFECTURE: Final = 20
DISTRICTS: Final = 6
OFFERS_OF_A_PARTICIPANT: Final = 1.6
CONSENTED: Final = 0.95

Row = dict[str, Any]


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


KINDS_OF_PARTICIPANTS: Final = (
    (ParticipantKind.RESIDENT, 60),
    (ParticipantKind.COMPANY, 13),
    (ParticipantKind.NPO, 11),
    (ParticipantKind.NEIGHBORHOOD_ASSOCIATION, 10),
    (ParticipantKind.RMO, 3),
    (ParticipantKind.UNIVERSITY, 3),
)
REACHES: Final = ((Reach.DISTRICT, 20), (Reach.MUNICIPALITY, 70), (Reach.PREFECTURE, 8), (Reach.ANYWHERE, 2))
KINDS: Final = (
    (ResourceKind.PEOPLE, 45),
    (ResourceKind.SERVICE, 25),
    (ResourceKind.GOODS, 12),
    (ResourceKind.PLACE, 9),
    (ResourceKind.INFORMATION, 7),
    (ResourceKind.MONEY, 2),
)
SYLLABLES: Final = "青赤白黒石川山田谷原沢森林岩松竹梅桜水泉浜島崎岡坂橋野里宮寺戸津江沼池滝峰台上中下東西南北"
AUDIENCES: Final = _listed(
    """
    子ども 小学生 中学生 高校生 子育て中の家庭 高齢の方 一人暮らしの方 障がいのある方 外国から来た方 移住してきた方
    働く親 介護をする家族 若い人 農家 商店 観光客 町内のみなさん
    """
)
OCCASIONS: Final = _listed(
    """
    夏祭り 秋の文化祭 防災訓練 運動会 清掃の日 餅つき大会 敬老会 朝市 子ども食堂 放課後の教室 避難所の開設
    空き家の片づけ 花壇の手入れ 雪かき 見守りの当番 総会の準備 記念誌の編集 健康教室 伝統芸能の稽古 里山の手入れ
    """
)
CAREERS: Final = _listed(
    """
    会社員 教員 看護師 保育士 大工 印刷の仕事 料理人 農業 銀行勤め 役場勤め 運転手 電気工事 デザイナー プログラマー
    通訳 写真館 造園業 放送局 図書館の司書 整備士
    """
)
GIVES: Final = _listed(
    """
    {skill}を引き受けます {skill}のお手伝い {skill}ができます {audience}向けの{skill} {skill}を教えます
    {field}に役立つ{skill} {occasion}での{skill}
    """
)
LACKS: Final = _listed(
    """
    {skill}を頼みたい {occasion}の{skill} {audience}のための{skill} {skill}ができる人を探しています
    {field}のために{skill} {occasion}に{skill}が足りない
    """
)
ABOUT_GIVING: Final = _listed(
    """
    {place}を中心に、{audience}のために{skill}を続けています。 {career}を{years}年していました。
    {other}も少しできます。 {occasion}でお役に立てます。 道具はこちらで用意します。 はじめての相談でも気軽にどうぞ。
    {place}なら歩いて行けます。 月に{times}回まで動けます。 {audience}と過ごすのが好きです。
    材料の費用だけお願いします。
    """
)
ABOUT_LACKING: Final = _listed(
    """
    {place}では{occasion}に{skill}をする人が足りません。 毎年{times}人ほどで回していますが、高齢になりました。
    {audience}が{years}人ほど集まります。 {other}も手伝ってもらえると助かります。 {place}の集会所で行います。
    準備は役員がします。 一日だけでもありがたいです。 {audience}に喜ばれる会にしたいです。
    昨年は{occasion}とあわせて開きました。
    """
)
THINGS: Final[Mapping[ResourceKind, Sequence[str]]] = {
    ResourceKind.GOODS: (
        "テント",
        "長机",
        "折りたたみ椅子",
        "発電機",
        "大鍋",
        "草刈り機",
        "絵本",
        "音響の機材",
        "のぼり旗",
        "軽トラック",
    ),
    ResourceKind.PLACE: ("会議室", "調理室", "駐車場", "空き店舗", "体育館", "畑", "倉庫", "古民家"),
    ResourceKind.INFORMATION: ("補助金の情報", "地域の地図", "名簿の作り方", "昔の写真", "統計の資料"),
    ResourceKind.MONEY: ("寄付", "協賛金", "活動の助成"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What is there before anybody settles: places, and the lists to choose from."""

    municipalities: Sequence[UUID]
    districts: Mapping[UUID, Sequence[tuple[UUID, str]]]
    fields: Sequence[tuple[UUID, str]]
    skills: Sequence[tuple[UUID, tuple[str, ...]]]


def lay_ground(session: Session, *, municipalities: int = MUNICIPALITIES, at: datetime) -> Ground:
    """Write the reference data and the places, and return them."""
    reference.load(session)
    chance = Random(f"{SEED}/places/{municipalities}")  # noqa: S311  # invented, not secret
    country = session.scalars(select(Area).where(Area.path == COUNTRY)).one()
    places: list[Row] = []
    borders: list[Row] = []
    ids: list[UUID] = []
    districts: dict[UUID, list[tuple[UUID, str]]] = {}
    prefecture: Row = {}
    for number in range(municipalities):
        of_prefecture = number % MUNICIPALITIES_OF_A_PREFECTURE
        if not of_prefecture:
            code = f"{COUNTRY}.kaku{number // MUNICIPALITIES_OF_A_PREFECTURE + 1:02}"
            name = f"架空{number // MUNICIPALITIES_OF_A_PREFECTURE + 1}県"
            prefecture = _place(chance, AreaLevel.PREFECTURE, code, name, country.id, at)
            places.append(prefecture)
        code = f"{prefecture['path']}.{of_prefecture + 1:02}"
        municipality = _place(chance, AreaLevel.MUNICIPALITY, code, f"架空{_name(chance)}市", prefecture["id"], at)
        places.append(municipality)
        ids.append(municipality["id"])
        around = [
            _place(chance, AreaLevel.DISTRICT, f"{code}.{place}", f"{_name(chance)}地区", municipality["id"], at)
            for place in range(1, DISTRICTS + 1)
        ]
        places += around
        districts[municipality["id"]] = [(place["id"], place["name_ja"]) for place in around]
        for one, other in zip(around, [*around[1:], around[0]], strict=True):
            borders += [_border(chance, one, other, at), _border(chance, other, one, at)]
    _write(session, {"areas": places, "area_neighbours": borders})
    fields = session.execute(select(ActivityField.id, ActivityField.name_ja).order_by(ActivityField.position)).all()
    return Ground(ids, districts, [(row.id, row.name_ja) for row in fields], _skills(session))


def settle(session: Session, ground: Ground, number: int, *, offers: int, needs: int, at: datetime) -> None:
    """Write the participants, offers and needs of one municipality."""
    _write(session, _Municipality(ground, number, at).rows(offers=offers, needs=needs))


class _Municipality:
    """The rows of one municipality."""

    def __init__(self, ground: Ground, number: int, at: datetime) -> None:
        self.ground = ground
        self.id = ground.municipalities[number]
        self.districts = ground.districts[self.id]
        self.chance = Random(f"{SEED}/{number}")  # noqa: S311  # invented, not secret
        self.at = at
        self.tables: dict[str, list[Row]] = {}

    def rows(self, *, offers: int, needs: int) -> dict[str, list[Row]]:
        """Return the rows by table, those that are referred to first."""
        for name in (
            "participants",
            "consents",
            "offers",
            "offer_items",
            "offer_fields",
            "needs",
            "slots",
            "need_fields",
        ):
            self.tables[name] = []
        people = [self._participant(number) for number in range(max(2, int(offers / OFFERS_OF_A_PARTICIPANT)))]
        bodies = [one for one in people if one["kind"] is not ParticipantKind.RESIDENT]
        for _ in range(offers):
            self._offer(self.chance.choice(people))
        for _ in range(needs):
            self._need(self.chance.choice(bodies))
        return self.tables

    def _participant(self, number: int) -> Row:
        kind = ParticipantKind.NPO if not number else _weighed(self.chance, KINDS_OF_PARTICIPANTS)
        area, _ = self.chance.choice(self.districts)
        row = self._add(
            "participants",
            kind=kind, name=f"架空の{_name(self.chance)}{number}", reading="", summary="", contact_name="",
            contact_email="", contact_phone="", hours_per_month=self.chance.choice([None, 4.0, 8.0, 20.0]),
            engagement_limit=self.chance.choice([None, 1, 2, 3]), is_adult=True, import_key=None, engagements=0,
            engagement_limit_exceeded=False, open_enquiries=0, paused_at=None, left_at=None, area_id=area,
            municipality_id=self.id, version=1,
        )  # fmt: skip
        if kind is ParticipantKind.RESIDENT and self.chance.random() < CONSENTED:
            self._add(
                "consents",
                participant_id=row["id"], purpose=ConsentPurpose.PROJECTS, granted_at=self.at,
                channel=ConsentChannel.PAPER, text_version=1, withdrawn_at=None, recorded_by_id=None,
            )  # fmt: skip
        return row

    def _offer(self, owner: Row) -> None:
        words = self._words()
        title = self.chance.choice(GIVES).format_map(words)
        body = "".join(sentence.format_map(words) for sentence in self.chance.sample(ABOUT_GIVING, 3))
        items = [self._thing(words, position) for position in range(1, 2 + (self.chance.random() < 0.3))]  # noqa: PLR2004
        area, _ = self.chance.choice(self.districts)
        row = self._add(
            "offers",
            title=title, body=body, status=OfferStatus.OPEN, source="", reach=_weighed(self.chance, REACHES),
            online=self.chance.choice([None, True, False]), condition=self.chance.choice([None, *Condition]),
            windows=self._windows(), starts_on=None, ends_on=None, expires_on=None, engagement_limit=None,
            yearly_limit=None, import_key=None, engagements=0, engagement_limit_exceeded=False,
            search_text=fold(" ".join([title, body, *(item["what"] for item in items)])), terms=None, meaning=None,
            participant_id=owner["id"], area_id=area, municipality_id=self.id, version=1,
        )  # fmt: skip
        self.tables["offer_items"] += [item | {"offer_id": row["id"]} for item in items]
        self._fields("offer_fields", "offer_id", row["id"], words)

    def _need(self, owner: Row) -> None:
        words = self._words()
        title = self.chance.choice(LACKS).format_map(words)
        body = "".join(sentence.format_map(words) for sentence in self.chance.sample(ABOUT_LACKING, 3))
        slots = [
            self._thing(words if not position else self._words(), position + 1)
            for position in range(self.chance.choice([1, 1, 2, 3]))
        ]
        area, _ = self.chance.choice(self.districts)
        row = self._add(
            "needs",
            title=title, body=body, status=NeedStatus.OPEN, origin=NeedOrigin.OWN_POST, source="",
            online=self.chance.choice([None, True, False]), accepts=None, windows=self._windows(), welcomes=None,
            starts_on=None, ends_on=None, expires_on=None, import_key=None, opened_at=self.at,
            search_text=fold(" ".join([title, body, *(slot["what"] for slot in slots)])), participant_id=owner["id"],
            area_id=area, municipality_id=self.id, posted_by_id=None, version=1,
        )  # fmt: skip
        self.tables["slots"] += [slot | {"need_id": row["id"], "hours_per_month": None} for slot in slots]
        self._fields("need_fields", "need_id", row["id"], words)

    def _thing(self, words: Mapping[str, Any], position: int) -> Row:
        kind = _weighed(self.chance, KINDS)
        is_skill = kind not in THINGS
        what = words["skill"] if is_skill else self.chance.choice(THINGS[kind])
        # Many people write in their own words and choose nothing from the list.
        skill = words["skill_id"] if is_skill and self.chance.random() < 0.6 else None  # noqa: PLR2004
        return {
            "id": self._id(), "created_at": self.at, "kind": kind, "what": what,
            "quantity": self.chance.choice([1, 1, 2, 5]), "unit": "", "position": position, "promised": 0,
            "skill_id": skill,
        }  # fmt: skip

    def _words(self) -> dict[str, Any]:
        """Return the words that fill the sentences of one listing, which is about one skill and one field."""
        skill_id, names = self.chance.choice(self.ground.skills)
        _, other = self.chance.choice(self.ground.skills)
        field_id, field = self.chance.choice(self.ground.fields)
        _, place = self.chance.choice(self.districts)
        return {
            "skill_id": skill_id, "skill": self.chance.choice(names), "other": self.chance.choice(other),
            "field_id": field_id, "field": field, "place": place, "audience": self.chance.choice(AUDIENCES),
            "occasion": self.chance.choice(OCCASIONS), "career": self.chance.choice(CAREERS),
            "years": self.chance.randint(2, 40), "times": self.chance.randint(2, 9),
        }  # fmt: skip

    def _windows(self) -> list[str] | None:
        if self.chance.random() < 0.4:  # noqa: PLR2004  # who does not say
            return None
        return sorted(window.value for window in self.chance.sample(list(Window), self.chance.randint(1, 4)))

    def _fields(self, table: str, column: str, identity: UUID, words: Mapping[str, Any]) -> None:
        if self.chance.random() < 0.8:  # noqa: PLR2004  # the others leave it open
            self.tables[table].append({column: identity, "activity_field_id": words["field_id"]})

    def _add(self, table: str, **values: Any) -> Row:
        row = {"id": self._id(), "created_at": self.at - timedelta(minutes=self.chance.randrange(100_000)), **values}
        self.tables[table].append(row)
        return row

    def _id(self) -> UUID:
        return _identity(self.chance)


def _skills(session: Session) -> list[tuple[UUID, tuple[str, ...]]]:
    """Return the skills of the sheet that people name, with all that they are called."""
    ids = {skill.code: skill.id for skill in session.scalars(select(Skill))}
    return [
        (ids[row.required("code")], (row.required("name_ja"), *row.words("aliases")))
        for row in read(REFERENCE / "skills.csv")
        if row.text("parent")
    ]


def _place(chance: Random, level: AreaLevel, path: str, name: str, parent: UUID, at: datetime) -> Row:
    return {
        "id": _identity(chance), "created_at": at, "path": path, "level": level, "name_ja": name,
        "name_en": f"Invented {path}", "reading": "", "is_demo": True, "parent_id": parent,
    }  # fmt: skip


def _border(chance: Random, one: Row, other: Row, at: datetime) -> Row:
    return {"id": _identity(chance), "created_at": at, "area_id": one["id"], "neighbour_id": other["id"]}


def _name(chance: Random) -> str:
    return "".join(chance.sample(SYLLABLES, 2))


def _identity(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _weighed(chance: Random, choices: Sequence[tuple[Any, int]]) -> Any:
    return chance.choices([choice for choice, _ in choices], [weight for _, weight in choices])[0]


def _write(session: Session, tables: Mapping[str, Sequence[Row]]) -> None:
    for table, rows in _filled(tables):
        session.execute(insert(table), rows)


def _filled(tables: Mapping[str, Sequence[Row]]) -> Iterator[tuple[Table, Sequence[Row]]]:
    for name, rows in tables.items():
        if rows:
            yield Base.metadata.tables[name], rows
