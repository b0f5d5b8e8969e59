"""Needs and offers from sheets: planned without writing, then written as a whole, and never twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    ActivityField,
    Area,
    AreaLevel,
    Job,
    JobKind,
    Need,
    NeedOrigin,
    Offer,
    Participant,
    Reach,
    utc_now,
)
from models.search import fold
from web.charges.services import settle
from web.listings import queries
from web.listings.services.entries import Entry, Refusal, digest
from web.listings.services.offers import request_runs
from web.listings.services.pieces import Piece, change_items, change_slots, is_same, new_item, new_slot
from web.listings.services.places import COUNTRY, Places, PlannedPlace, area_of, new_area

IMPORT_ID_LENGTH: Final = 12


class Change(StrEnum):
    """What a row means for what is kept already."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row and what it will do."""

    entry: Entry
    change: Change
    place: PlannedPlace
    fields: tuple[ActivityField, ...]
    present: Need | Offer | None = None


@dataclass(slots=True)
class Plan:
    """What an import would do; nothing of it is written yet."""

    model: queries.ListingModel
    rows: list[PlannedRow] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    participants: dict[tuple[str, str, str], Participant] = field(default_factory=dict)

    def count(self, change: Change) -> int:
        """Return how many rows mean this change."""
        return sum(row.change is change for row in self.rows)

    @property
    def written(self) -> list[PlannedRow]:
        """Return the rows that are new or changed."""
        return [row for row in self.rows if row.change is not Change.UNCHANGED]

    @property
    def new_places(self) -> list[PlannedPlace]:
        """Return the places that the import adds, each once and after the place that it lies in."""
        added: dict[str, PlannedPlace] = {}
        for row in self.written:
            place: PlannedPlace | None = row.place
            while place is not None and place.area is None:
                added.setdefault(place.path, place)
                place = place.parent
        return sorted(added.values(), key=lambda place: place.path)

    @property
    def participants_by_knowledge(self) -> tuple[int, int]:
        """Return how many participants of the sheet are new and how many are known."""
        keys = {_participant_key(row) for row in self.rows}
        known = sum(key in self.participants for key in keys)
        return len(keys) - known, known


def take_turn(session: Session) -> None:
    """Wait until no other import is at work, so that two of the same sheet at once bring it in once.

    On SQLite the writing transaction waits by itself.
    """
    session.execute(select(Area.id).where(Area.path == COUNTRY).with_for_update(key_share=True))


def plan(session: Session, entries: Iterable[Entry], model: queries.ListingModel) -> Plan:
    """Look up all that the rows name and say what each would do; writes nothing."""
    entries = list(entries)
    made = Plan(model)
    places = Places(queries.all_areas(session))
    fields = {fold(one.name_ja): one for one in queries.vocabulary(session).fields}
    first_rows: dict[str, int] = {}
    found: list[tuple[Entry, PlannedPlace]] = []
    for entry in entries:
        identity = entry.identity(model)
        if identity in first_rows:
            made.refusals.append(Refusal(entry.row, "件名", "same_as_row", {"row": first_rows[identity]}))
            continue
        first_rows[identity] = entry.row
        place = places.find(entry)
        if isinstance(place, Refusal):
            made.refusals.append(place)
        else:
            found.append((entry, place))
    keys = queries.import_keys(session, model)
    present = _present(session, model, [entry for entry, _ in found], keys)
    for entry, place in found:
        known_fields = tuple(fields[fold(name)] for name in entry.fields if fold(name) in fields)
        row = present.get(entry.identity(model))
        change = Change.NEW if row is None else Change.UNCHANGED
        if row is not None and _content_of(row.import_key) != entry.content:
            change = Change.CHANGED
            refusal = _promise_broken(session, entry, row)
            if refusal is not None:
                made.refusals.append(refusal)
                continue
        made.rows.append(PlannedRow(entry, change, place, known_fields, row))
    made.participants = _known_participants(session, made.rows)
    made.refusals += [_left(row) for row in made.rows if _has_left(made, row)]
    made.rows = [row for row in made.rows if not _has_left(made, row)]
    return made


def carry_out(session: Session, made: Plan) -> str:
    """Write what was planned, ask for engine runs, and return the name under which it can be undone."""
    import_id = uuid4().hex[:IMPORT_ID_LENGTH]
    areas = {place.path: place for place in made.new_places}
    for place in areas.values():
        place.area = new_area(place, areas)
        session.add(place.area)
    owners = dict(made.participants)
    finest = _finest_places(made.rows)
    changed: list[Need | Offer] = []
    for row in made.written:
        key = _participant_key(row)
        if key not in owners:
            owners[key] = _new_participant(row, finest[key], areas)
            session.add(owners[key])
        if row.present is None:
            listing = _new_listing(made.model, row, owners[key], areas)
            listing.import_key = _import_key(made.model, row.entry, import_id)
            session.add(listing)
        else:
            listing = row.present
            _change_listing(session, listing, row)
            listing.import_key = _import_key(made.model, row.entry, _import_id_of(listing.import_key))
        changed.append(listing)
    session.flush()
    _seek_anew(session, made, changed)
    settle(session, [row for row in changed if isinstance(row, Need)], at=utc_now())
    return import_id


def undo(session: Session, import_id: str) -> tuple[int, int]:
    """Withdraw what an import added and nobody has used; return how many were withdrawn and how many stay.

    What is withdrawn is no longer counted as imported, so that the sheet can be brought in again.
    Participants and places stay: others may refer to them.
    """
    withdrawn = kept = 0
    needs: list[Need] = []
    touched: dict[UUID, Area] = {}
    for model in (Need, Offer):
        for row in queries.rows_of_import(session, model, import_id):
            if queries.is_in_a_partnership(session, row):
                kept += 1
                continue
            for suggestion in queries.undecided_suggestions(session, row):
                suggestion.supersede()
                touched[suggestion.municipality.id] = suggestion.municipality
            if row.is_open:
                row.withdraw()
            row.import_key = None
            if isinstance(row, Need):
                needs.append(row)
            touched[row.municipality.id] = row.municipality
            withdrawn += 1
    for municipality in sorted(touched.values(), key=lambda area: area.path):
        Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=municipality, by=None)
    settle(session, needs, at=utc_now())
    return withdrawn, kept


def _participant_key(row: PlannedRow) -> tuple[str, str, str]:
    return row.entry.kind.value, fold(row.entry.owner), row.place.tenant.path


def _has_left(made: Plan, row: PlannedRow) -> bool:
    participant = made.participants.get(_participant_key(row))
    return participant is not None and participant.left_at is not None


def _left(row: PlannedRow) -> Refusal:
    return Refusal(row.entry.row, "主体", "participant_left", {"value": row.entry.owner})


def _finest_places(rows: Iterable[PlannedRow]) -> dict[tuple[str, str, str], PlannedPlace]:
    """Return where each participant lies: in the one district that its rows name, else in its municipality."""
    found: dict[tuple[str, str, str], PlannedPlace] = {}
    for row in rows:
        key = _participant_key(row)
        known = found.setdefault(key, row.place)
        if known.path != row.place.path:
            found[key] = row.place.tenant
    return found


def _known_participants(session: Session, rows: Sequence[PlannedRow]) -> dict[tuple[str, str, str], Participant]:
    """Return the participants that exist: imported under this name, or of the same name and kind."""
    wanted = {_participant_key(row): row for row in rows}
    by_key = {_participant_import_key(key): key for key in wanted}
    names = sorted({row.entry.owner for row in rows})
    found: dict[tuple[str, str, str], Participant] = {}
    for participant in queries.bodies_by_key_or_name(session, sorted(by_key), names):
        same = (participant.kind.value, fold(participant.name), participant.municipality.path)
        imported = by_key.get(participant.import_key or "")
        if imported is not None:
            # A sheet still names the record that was given up when two were made one.
            found[imported] = participant.successor
        elif same in wanted:
            found.setdefault(same, participant)
    return found


def _new_participant(row: PlannedRow, place: PlannedPlace, added: Mapping[str, PlannedPlace]) -> Participant:
    return Participant(
        kind=row.entry.kind,
        name=row.entry.owner,
        area=area_of(place, added),
        import_key=_participant_import_key(_participant_key(row)),
    )


def _new_listing(
    model: queries.ListingModel, row: PlannedRow, owner: Participant, added: Mapping[str, PlannedPlace]
) -> Need | Offer:
    entry, area = row.entry, area_of(row.place, added)
    if model is Need:
        need = Need(
            participant=owner,
            area=area,
            title=entry.title,
            body=entry.body,
            source=entry.source,
            origin=NeedOrigin.IMPORT,
            fields=list(row.fields),
        )
        need.set_accepts(list(entry.conditions) or None)
        need.set_welcomes(list(entry.welcomes) or None)
        need.set_slots([new_slot(piece) for piece in entry.pieces])
        need.open(at=utc_now())
        return need
    offer = Offer(
        participant=owner,
        area=area,
        title=entry.title,
        body=entry.body,
        source=entry.source,
        fields=list(row.fields),
        condition=entry.conditions[0] if entry.conditions else None,
        reach=_reach(row.place),
    )
    offer.set_items([new_item(piece) for piece in entry.pieces])
    offer.open()
    return offer


def _change_listing(session: Session, listing: Need | Offer, row: PlannedRow) -> None:
    """Write what the sheet says over what is kept; what a sheet cannot say stays as people set it."""
    entry = row.entry
    listing.body = entry.body
    if listing.fields != list(row.fields):
        listing.fields = list(row.fields)
    if isinstance(listing, Need):
        listing.set_accepts(list(entry.conditions) or None)
        if entry.welcomes:
            listing.set_welcomes(list(entry.welcomes))
        change_slots(session, listing, _keeping_details(listing.slots, entry.pieces))
    else:
        listing.condition = entry.conditions[0] if entry.conditions else None
        change_items(session, listing, _keeping_details(listing.items, entry.pieces))


def _keeping_details(present: Sequence[Any], pieces: Sequence[Piece]) -> list[Piece]:
    """Keep the skill and the hours that people added to a slot or item whose wording stays."""
    by_position = {piece.position: piece for piece in present}
    kept = []
    for piece in pieces:
        row = by_position.get(piece.position)
        if row is not None and row.what == piece.what and row.kind is piece.kind:
            kept.append(
                Piece(
                    position=piece.position,
                    kind=piece.kind,
                    what=piece.what,
                    quantity=piece.quantity,
                    unit=piece.unit,
                    skill=row.skill,
                    hours_per_month=getattr(row, "hours_per_month", None),
                )
            )
        else:
            kept.append(piece)
    return kept


def _promise_broken(session: Session, entry: Entry, row: Need | Offer) -> Refusal | None:
    """Say why a changed row cannot be taken: something it lowers or leaves out is promised."""
    column = "必要な資源" if isinstance(row, Need) else "提供できる資源"
    described = {piece.position: piece for piece in entry.pieces}
    present = row.slots if isinstance(row, Need) else row.items
    gone = [piece for piece in present if piece.position not in described]
    if gone and queries.pieces_in_partnerships(session, row) & {piece.id for piece in gone}:
        return Refusal(entry.row, column, "part_of_partnership", {"what": gone[0].what})
    for piece in present:
        wanted = described.get(piece.position)
        if not piece.promised or wanted is None or is_same(piece, wanted):
            continue
        if wanted.quantity < piece.promised or wanted.kind is not piece.kind:
            return Refusal(entry.row, column, "promised", {"what": piece.what, "promised": piece.promised})
    return None


def _present(
    session: Session, model: queries.ListingModel, entries: Sequence[Entry], keys: Mapping[str, UUID]
) -> dict[str, Need | Offer]:
    """Return the rows that were imported before, under their identity."""
    by_identity = {key.partition(".")[0]: row_id for key, row_id in keys.items()}
    wanted = [by_identity[identity] for entry in entries if (identity := entry.identity(model)) in by_identity]
    rows = queries.whole_rows(session, model, wanted)
    return {(row.import_key or "").partition(".")[0]: row for row in rows}


def _seek_anew(session: Session, made: Plan, changed: Sequence[Need | Offer]) -> None:
    before = [row.present.id for row in made.written if row.present is not None]
    affected: dict[UUID, Area] = {}
    for suggestion in queries.undecided_suggestions_of(session, made.model, before):
        suggestion.supersede()
        affected[suggestion.municipality.id] = suggestion.municipality
    offers = {(row.reach, row.municipality.path): row for row in changed if isinstance(row, Offer)}
    for _, offer in sorted(offers.items()):
        request_runs(session, offer, by=None)
    affected |= {row.municipality.id: row.municipality for row in changed if isinstance(row, Need)}
    for municipality in sorted(affected.values(), key=lambda area: area.path):
        Job.request(session, JobKind.REFRESH_SUGGESTIONS, municipality=municipality, by=None)


def _reach(place: PlannedPlace) -> Reach:
    """Return how far an offer of a body reaches: as far as the place that the sheet names."""
    level = place.tenant.level
    if level is AreaLevel.COUNTRY:
        return Reach.ANYWHERE
    return Reach.PREFECTURE if level is AreaLevel.PREFECTURE else Reach.MUNICIPALITY


def _import_key(model: queries.ListingModel, entry: Entry, import_id: str) -> str:
    """Return what marks an imported row: who it is, what the sheet said, and in which import it came."""
    return f"{entry.identity(model)}.{entry.content}.{import_id}"


def _content_of(import_key: str | None) -> str:
    return (import_key or "").partition(".")[2].partition(".")[0]


def _import_id_of(import_key: str | None) -> str:
    return (import_key or "").rpartition(".")[2]


def _participant_import_key(key: tuple[str, str, str]) -> str:
    return digest(*key)
