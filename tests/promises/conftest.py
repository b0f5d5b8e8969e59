import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.serving import Server, flask


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an instance folder with the demo town and its first suggestions; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("prepared")
    outcome = flask(folder, "prepare", "--town")
    assert outcome.returncode == 0, outcome.stderr
    return folder


@pytest.fixture
def instance(prepared: Path, tmp_path: Path) -> Path:
    """Return a copy of the prepared instance of the test's own."""
    folder = tmp_path / "instance"
    shutil.copytree(prepared, folder)
    return folder


@pytest.fixture
def server(instance: Path) -> Iterator[Server]:
    """Yield a server that has not been started yet."""
    server = Server(instance)
    yield server
    server.kill()
