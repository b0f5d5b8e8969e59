"""What was read of texts, remembered for as long as somebody who reads them more than once asks for it, and no longer.

Texts tell of people, and what they told has to be gone when it is erased. So nothing of a text outlives the block in
which it was remembered.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, TypeAlias, TypeVar

_Reading = TypeVar("_Reading")
_Memory: TypeAlias = dict[Callable[[str], Any], dict[str, Any]]

_TEXTS: Final = 32_768
_MEMORY: Final[ContextVar[_Memory | None]] = ContextVar("readings of texts", default=None)


@contextmanager
def remembered_words() -> Iterator[None]:
    """Remember how texts were read inside a `with` block: their words, and the keys of skills.

    Each thread has its own memory; one that has opened none reads every text anew. A block inside another one uses the
    memory of the outer one. Of very many texts the first are kept, not the last: a run goes through all of them in the
    same order again and again.

    Yields
    ------
    None
        Nothing; when the block ends, all is forgotten.

    """
    if _MEMORY.get() is not None:
        yield
        return
    opened = _MEMORY.set({})
    try:
        yield
    finally:
        _MEMORY.reset(opened)


def remembering(read: Callable[[str], _Reading]) -> Callable[[str], _Reading]:
    """Let a function of a text remember what it returned, inside `remembered_words`.

    Parameters
    ----------
    read : Callable[[str], _Reading]
        A function that returns the same for the same text, and nothing that can be changed.

    Returns
    -------
    Callable[[str], _Reading]
        The same function with a memory.

    """

    @wraps(read)
    def remembered(text: str) -> _Reading:
        memory = _MEMORY.get()
        if memory is None:
            return read(text)
        readings: dict[str, _Reading] = memory.setdefault(read, {})
        if text in readings:
            return readings[text]
        reading = read(text)
        if len(readings) < _TEXTS:
            readings[text] = reading
        return reading

    return remembered
