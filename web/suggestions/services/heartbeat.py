"""How far a long piece of work is, told also while it has nothing to say."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Final, TypeAlias

Beat: TypeAlias = Callable[[int, int], None]

TOLD_EVERY_SECONDS: Final = 0.2
BEAT_EVERY_SECONDS: Final = 5.0


@contextmanager
def heartbeat(beat: Beat, *, total: int, every: float = BEAT_EVERY_SECONDS) -> Iterator[Beat]:
    """Pass on how far the work is, at most a few times a second, and again while a part of it takes long.

    Without the second a worker that computes one large block would be taken for lost. What goes
    wrong in a beat, such as that another worker took the work over, ends the work: it is raised
    where the work next says how far it is, or at its end.
    """
    lock, ended = Lock(), Event()
    position, last, failures = (0, total), time.monotonic(), list[Exception]()

    def pass_on() -> None:
        with lock:
            beat(*position)

    def keep_beating() -> None:
        while not ended.wait(every):
            try:
                pass_on()
            except Exception as error:  # noqa: BLE001  # raised again by the thread that works
                failures.append(error)
                return

    def told(done: int, total: int) -> None:
        nonlocal position, last
        position = (done, total)
        if failures:
            raise failures[0]
        if time.monotonic() - last >= TOLD_EVERY_SECONDS:
            pass_on()
            last = time.monotonic()

    pass_on()
    thread = Thread(target=keep_beating, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield told
    finally:
        ended.set()
        thread.join()
    if failures:
        raise failures[0]
