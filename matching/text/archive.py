"""One file for arrays and a few notes, read without running anything that is in it."""

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, is_zipfile

import numpy as np
import numpy.typing as npt

FORMAT: Final = 1
_NOTES: Final = "notes"


def write_archive(path: str | PathLike[str], arrays: Mapping[str, npt.NDArray[Any]], notes: Mapping[str, Any]) -> None:
    """Write arrays and notes that can be JSON to one file."""
    written = json.dumps({"format": FORMAT, **notes}, sort_keys=True).encode()
    with Path(path).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **{**arrays, _NOTES: np.frombuffer(written, dtype=np.uint8)})


def read_archive(path: str | PathLike[str]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return what `write_archive` has written.

    Parameters
    ----------
    path : str or os.PathLike
        The file.

    Returns
    -------
    tuple of dict
        The arrays and the notes.

    Raises
    ------
    ValueError
        When the file is something else, damaged or of another format.

    """
    refusal = f"{path} is not a saved text index"
    with Path(path).open("rb") as file:
        if not is_zipfile(file):
            raise ValueError(refusal)
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            notes = json.loads(arrays.pop(_NOTES).tobytes())
        except (BadZipFile, KeyError, ValueError) as error:
            raise ValueError(refusal) from error
    if notes.pop("format", None) != FORMAT:
        raise ValueError(f"{path} is a text index of another format; fit it again")
    return arrays, notes
