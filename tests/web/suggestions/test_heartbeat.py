from threading import Event

import pytest

from web.suggestions.services import heartbeat

SOON = 0.01
PATIENCE = 5.0


def test_a_part_that_takes_long_is_not_taken_for_a_lost_worker() -> None:
    beats: list[tuple[int, int]] = []
    several = Event()

    def beat(done: int, total: int) -> None:
        beats.append((done, total))
        if len(beats) > 3:
            several.set()

    with heartbeat(beat, total=7, every=SOON):
        assert several.wait(PATIENCE)

    assert set(beats) == {(0, 7)}


def test_a_beat_tells_how_far_the_work_has_come() -> None:
    beats: list[tuple[int, int]] = []
    told = Event()

    def beat(done: int, total: int) -> None:
        beats.append((done, total))
        if done:
            told.set()

    with heartbeat(beat, total=7, every=SOON) as progress:
        progress(4, 7)
        assert told.wait(PATIENCE)

    assert beats[-1] == (4, 7)


def test_nothing_beats_after_the_work() -> None:
    beats: list[int] = []

    with heartbeat(lambda done, total: beats.append(done), total=7, every=SOON):  # noqa: ARG005  # the shape of a beat
        pass

    count = len(beats)
    Event().wait(SOON * 5)
    assert len(beats) == count


def test_a_claim_that_was_lost_meanwhile_ends_the_work() -> None:
    lost = Event()

    def beat(done: int, total: int) -> None:
        del total
        if lost.is_set() or done:
            raise LookupError("taken over")
        lost.set()

    with pytest.raises(LookupError, match="taken over"), heartbeat(beat, total=7, every=SOON):
        Event().wait(SOON * 20)


def test_work_that_fails_stops_its_heartbeat() -> None:
    beats: list[int] = []

    with (
        pytest.raises(ValueError, match="broken"),
        heartbeat(lambda done, total: beats.append(done), total=7, every=SOON),  # noqa: ARG005  # the shape of a beat
    ):
        raise ValueError("broken")

    count = len(beats)
    Event().wait(SOON * 5)
    assert len(beats) == count
