import pytest

from models import Base
from models.audit import INSERTS_NOT_RECORDED, NOT_RECORDED
from models.privacy import BELONGS_BY, CATALOGUE, DELETED_ON_ERASURE


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_column_is_classified(table: str) -> None:
    assert set(CATALOGUE[table]) == set(Base.metadata.tables[table].columns.keys())


def test_the_catalogue_names_no_table_that_is_gone() -> None:
    assert set(CATALOGUE) <= set(Base.metadata.tables)


@pytest.mark.parametrize("table", sorted(BELONGS_BY))
def test_the_way_to_the_person_exists(table: str) -> None:
    column, owner = BELONGS_BY[table]

    assert column in Base.metadata.tables[table].columns
    assert owner in {"account", "participant"} or owner in BELONGS_BY


def test_what_is_deleted_belongs_to_a_person() -> None:
    assert set(DELETED_ON_ERASURE) <= set(BELONGS_BY)


def test_what_is_not_recorded_is_a_table() -> None:
    assert set(NOT_RECORDED) | set(INSERTS_NOT_RECORDED) <= set(Base.metadata.tables)
