"""What the rows of a sheet say, by fixed rules: the cell is understood, or refused with its row, column and reason.

The rules for offers that state no quantity or condition, as nation-wide lists of companies do:

- The one item is a service named like the offer; its quantity is unstated, which limits nothing and
  is shown as 「数の決まりなし」. Unknown is not zero, and not one either.
- The condition is free of charge where the text says 無償 and nowhere 有償; else it is not known.
- A provider without a kind is a company, unless its name says that it is an NPO, a university or a public office.
- 分野, 対象, キーワード and 細目 stay readable in the description. 分野 counts as a field of activity only
  where it is the name of one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from models import Condition, ParticipantKind, ResourceKind, SmallRole
from models.listings import MOST_SLOTS
from models.taxonomy import WELCOMES as WHO_IS_WELCOME
from web.listings.documents.sheets import Sheet, SheetRefused
from web.listings.services.entries import Entry, Refusal
from web.listings.services.pieces import MOST_QUANTITY, UNSTATED_QUANTITY, Piece

LONGEST_NAME: Final = 120
LONGEST_TITLE: Final = 120
LONGEST_WHAT: Final = 120
LONGEST_UNIT: Final = 20
LONGEST_PLACE: Final = 100
LONGEST_SOURCE: Final = 300
FEWEST_PARTS: Final = 3
KEPT_IN_THE_BODY: Final = ("分野", "対象", "キーワード", "細目")

Member = TypeVar("Member", ParticipantKind, ResourceKind, Condition, SmallRole)

PARTICIPANT_KINDS: Final[Mapping[str, ParticipantKind]] = {
    "自治会": ParticipantKind.NEIGHBORHOOD_ASSOCIATION,
    "町内会": ParticipantKind.NEIGHBORHOOD_ASSOCIATION,
    "自治会・町内会": ParticipantKind.NEIGHBORHOOD_ASSOCIATION,
    "町内会・自治会": ParticipantKind.NEIGHBORHOOD_ASSOCIATION,
    "地域協働体": ParticipantKind.RMO,
    "地域運営組織": ParticipantKind.RMO,
    "市民活動団体": ParticipantKind.NPO,
    "企業": ParticipantKind.COMPANY,
    "会社": ParticipantKind.COMPANY,
    "大学": ParticipantKind.UNIVERSITY,
    "学校": ParticipantKind.UNIVERSITY,
    "行政": ParticipantKind.GOVERNMENT,
    "中間支援": ParticipantKind.INTERMEDIARY,
    "中間支援組織": ParticipantKind.INTERMEDIARY,
}
RESOURCE_KINDS: Final[Mapping[str, ResourceKind]] = {
    "人": ResourceKind.PEOPLE,
    "物": ResourceKind.GOODS,
    "お金": ResourceKind.MONEY,
    "資金": ResourceKind.MONEY,
    "場所": ResourceKind.PLACE,
    "情報": ResourceKind.INFORMATION,
    "サービス": ResourceKind.SERVICE,
}
CONDITIONS: Final[Mapping[str, Condition]] = {
    "無償": Condition.FREE,
    "実費": Condition.AT_COST,
    "有償": Condition.PAID,
    "貸与": Condition.LOAN,
    "譲渡": Condition.TRANSFER,
}
WELCOMES: Final[Mapping[str, SmallRole]] = {
    "子ども連れ": SmallRole.CHILDREN_WELCOME,
    "子連れ": SmallRole.CHILDREN_WELCOME,
    "初めての人": SmallRole.TRIAL,
    "お試し": SmallRole.TRIAL,
}
BODIES: Final = [kind for kind in ParticipantKind if kind is not ParticipantKind.RESIDENT]

_COMPANY: Final = re.compile("株式会社|有限会社|合同会社|合資会社")
_NPO: Final = re.compile("^(認定)?(NPO法人|特定非営利活動法人|[一公][般益][社財]団法人|社会福祉法人)")
_UNIVERSITY: Final = re.compile("大学|高等専門学校|^学校法人")
_OFFICE: Final = re.compile(
    "^[\u3040-\u309f\u4e00-\u9fff]{1,6}[都道府県市区町村庁省](役所|役場)?$"
    "|^[\u4e00-\u9fff]{1,4}[都道府県市区町村].*(?<!薬)(?<!郵便)(?<!放送)局$"
)
_QUANTITY: Final = re.compile("^[0-9]{1,9}$")
_SEPARATORS: Final = re.compile("[;；\n]")
_FIELD_SEPARATORS: Final = re.compile("[,，;；\n]")
_LIST_SEPARATORS: Final = re.compile("[,，、;；・\n]")


class CellRefused(Exception):
    """One cell cannot be taken."""

    def __init__(self, column: str, code: str, **values: object) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.values = values


@dataclass(slots=True)
class Understood:
    """What a sheet says: rows that are well, and rows that are refused."""

    columns: Sequence[str]
    ignored: Sequence[str]
    entries: list[Entry] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Return how many rows the sheet has."""
        return len(self.entries) + len(self.refusals)


def needs(sheet: Sheet) -> Understood:
    """Understand a sheet of needs."""
    if "提供できる資源" in sheet.columns or "提供者" in sheet.columns:
        raise SheetRefused(Refusal(None, "必要な資源", "sheet_of_offers"))
    _require(sheet, "主体", "主体の種類", "件名", "必要な資源")
    return _understand(sheet, _need)


def offers(sheet: Sheet) -> Understood:
    """Understand a sheet of offers, with resources in a column of their own or without."""
    if "必要な資源" in sheet.columns:
        raise SheetRefused(Refusal(None, "提供できる資源", "sheet_of_needs"))
    if "提供者" in sheet.columns:
        _require(sheet, "提供者", "件名", "内容")
    else:
        _require(sheet, "主体", "主体の種類", "件名", "提供できる資源")
    return _understand(sheet, _offer)


def _require(sheet: Sheet, *columns: str) -> None:
    missing = [column for column in columns if column not in sheet.columns]
    if missing:
        raise SheetRefused(Refusal(None, missing[0], "columns_missing", {"columns": ", ".join(missing)}))


def _understand(sheet: Sheet, read: Callable[[int, Mapping[str, str]], Entry]) -> Understood:
    understood = Understood(sheet.columns, sheet.ignored)
    for number, cells in sheet.rows:
        if number in sheet.too_wide:
            values = {"value": _shortened(sheet.too_wide[number])}
            understood.refusals.append(Refusal(number, sheet.columns[-1], "beyond_heading", values))
            continue
        try:
            understood.entries.append(read(number, cells))
        except CellRefused as refused:
            understood.refusals.append(Refusal(number, refused.column, refused.code, refused.values))
    return understood


def _need(number: int, cells: Mapping[str, str]) -> Entry:
    return Entry(
        row=number,
        owner=_line(cells, "主体", LONGEST_NAME, required=True),
        kind=_kind(cells),
        municipality=_line(cells, "市区町村", LONGEST_PLACE),
        district=_line(cells, "地域", LONGEST_PLACE),
        title=_line(cells, "件名", LONGEST_TITLE, required=True),
        body=_body(cells),
        source=_line(cells, "出典", LONGEST_SOURCE),
        fields=_fields(cells),
        conditions=_conditions(cells),
        welcomes=_welcomes(cells),
        pieces=_pieces(cells, "必要な資源"),
    )


def _offer(number: int, cells: Mapping[str, str]) -> Entry:
    owner = "提供者" if "提供者" in cells else "主体"
    name = _line(cells, owner, LONGEST_NAME, required=True)
    title = _line(cells, "件名", LONGEST_TITLE, required=True)
    has_resources = "提供できる資源" in cells
    return Entry(
        row=number,
        owner=name,
        kind=_kind(cells) if "主体の種類" in cells else guessed_kind(name),
        municipality=_line(cells, "市区町村", LONGEST_PLACE),
        district=_line(cells, "地域", LONGEST_PLACE),
        title=title,
        body=_body(cells),
        source=_line(cells, "出典", LONGEST_SOURCE),
        fields=_fields(cells),
        conditions=_one_condition(cells) if "条件" in cells else _condition_in_words(cells),
        pieces=_pieces(cells, "提供できる資源")
        if has_resources
        else (Piece(position=1, kind=ResourceKind.SERVICE, what=title[:LONGEST_WHAT], quantity=UNSTATED_QUANTITY),),
    )


def guessed_kind(name: str) -> ParticipantKind:
    """Return what a provider is by its name, where the sheet does not say."""
    written = unicodedata.normalize("NFKC", name)
    first = re.split(r"[\s(/]", written.strip(), maxsplit=1)[0]
    if _COMPANY.search(written):
        return ParticipantKind.COMPANY
    if _NPO.search(written):
        return ParticipantKind.NPO
    if _UNIVERSITY.search(written):
        return ParticipantKind.UNIVERSITY
    return ParticipantKind.GOVERNMENT if _OFFICE.search(first) else ParticipantKind.COMPANY


def _line(cells: Mapping[str, str], column: str, longest: int, *, required: bool = False) -> str:
    text = " ".join(cells.get(column, "").split())
    if required and not text:
        raise CellRefused(column, "empty")
    if len(text) > longest:
        raise CellRefused(column, "too_long", limit=longest, length=len(text))
    return text


def _body(cells: Mapping[str, str]) -> str:
    """Return the description, with what has no place of its own below it."""
    text = "\n".join(line.rstrip() for line in cells.get("内容", "").strip().splitlines())
    kept = [
        f"{column}: {' '.join(cells[column].split())}" for column in KEPT_IN_THE_BODY if cells.get(column, "").strip()
    ]
    return "\n\n".join(part for part in (text, "\n".join(kept)) if part)


def _kind(cells: Mapping[str, str]) -> ParticipantKind:
    column = "主体の種類"
    written = _folded(cells.get(column, ""))
    if written in {ParticipantKind.RESIDENT.value, "個人", "住民"}:
        raise CellRefused(column, "person")
    known = {kind.value: kind for kind in BODIES} | dict(PARTICIPANT_KINDS)
    return _member(written, known, column, [kind.value for kind in BODIES])


def _member(written: str, known: Mapping[str, Member], column: str, allowed: Sequence[str]) -> Member:
    if not written:
        raise CellRefused(column, "empty")
    if written not in known:
        raise CellRefused(column, "unknown_value", value=_shortened(written), allowed=", ".join(allowed))
    return known[written]


def _pieces(cells: Mapping[str, str], column: str) -> tuple[Piece, ...]:
    parts = [part.strip() for part in _SEPARATORS.split(cells.get(column, "")) if part.strip()]
    if not parts:
        raise CellRefused(column, "empty")
    if len(parts) > MOST_SLOTS:
        raise CellRefused(column, "too_many_pieces", limit=MOST_SLOTS, count=len(parts))
    return tuple(_piece(part, column, position) for position, part in enumerate(parts, start=1))


def _piece(text: str, column: str, position: int) -> Piece:
    """Read `kind:what:quantity:unit`; colons in the middle belong to what it is, the unit may be missing."""
    parts = [part.strip() for part in text.replace("：", ":").split(":")]
    if len(parts) == FEWEST_PARTS and _QUANTITY.match(_digits(parts[-1])):
        parts.append("")
    if len(parts) <= FEWEST_PARTS:
        raise CellRefused(column, "form_of_piece", value=_shortened(text))
    known = {kind.value: kind for kind in ResourceKind} | dict(RESOURCE_KINDS)
    kind = _member(_folded(parts[0]), known, column, [kind.value for kind in ResourceKind])
    what, quantity, unit = ":".join(parts[1:-2]), _digits(parts[-2]), parts[-1]
    if not what:
        raise CellRefused(column, "form_of_piece", value=_shortened(text))
    if not _QUANTITY.match(quantity) or not 1 <= int(quantity) <= MOST_QUANTITY:
        raise CellRefused(column, "bad_quantity", value=_shortened(parts[-2]), limit=MOST_QUANTITY)
    for part, longest in ((what, LONGEST_WHAT), (unit, LONGEST_UNIT)):
        if len(part) > longest:
            raise CellRefused(column, "too_long", limit=longest, length=len(part))
    return Piece(position=position, kind=kind, what=what, quantity=int(quantity), unit=unit)


def _fields(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return what may be names of fields of activity: the whole cell, and what stands between its commas."""
    cell = cells.get("分野", "").strip()
    return tuple(dict.fromkeys(part.strip() for part in [cell, *_FIELD_SEPARATORS.split(cell)] if part.strip()))


def _conditions(cells: Mapping[str, str]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(_condition(part) for part in _written_conditions(cells)))


def _welcomes(cells: Mapping[str, str]) -> tuple[SmallRole, ...]:
    known = {welcome.value: welcome for welcome in WHO_IS_WELCOME} | dict(WELCOMES)
    parts = _LIST_SEPARATORS.split(cells.get("歓迎", ""))
    return tuple(dict.fromkeys(_member(_folded(part), known, "歓迎", list(WELCOMES)) for part in parts if part.strip()))


def _one_condition(cells: Mapping[str, str]) -> tuple[Condition, ...]:
    found = _conditions(cells)
    if len(found) > 1:
        raise CellRefused("条件", "one_condition", value=_shortened(cells["条件"]))
    return found


def _written_conditions(cells: Mapping[str, str]) -> Iterator[str]:
    for part in _LIST_SEPARATORS.split(cells.get("条件", "")):
        if part.strip():
            yield _folded(part)


def _condition(written: str) -> Condition:
    known = {condition.value: condition for condition in Condition} | dict(CONDITIONS)
    return _member(written, known, "条件", list(CONDITIONS))


def _condition_in_words(cells: Mapping[str, str]) -> tuple[Condition, ...]:
    text = " ".join(cells.values())
    return (Condition.FREE,) if "無償" in text and "有償" not in text else ()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _digits(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(",", "").strip()


def _shortened(text: str, longest: int = 40) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
