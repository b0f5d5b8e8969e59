from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from matching import CODES, Gate, Reason, Weights
from web.suggestions import documents
from web.suggestions.documents import words

SAMPLES: dict[str, Any] = {
    "reach": "district",
    "condition": "free",
    "fields": "environment",
    "windows": "sat_am,sun_pm",
    "need_kind": "npo",
    "offer_kind": "company",
    "share": 0.5,
    "record": 1.0,
    "pledged": 4.0,
    "limit": 8.0,
    "engagements": 2,
    "open": 3,
    "covered": 1,
    "slots": 2,
    "partners": 2,
    "count": 1,
}


def sample(code: str) -> Reason:
    return Reason(code, {name: SAMPLES.get(name, "x") for name in CODES[code]})


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_code_of_the_engine_has_a_sentence(memory_app: Flask, language: str) -> None:
    with memory_app.app_context(), force_locale(language):
        sentences = [documents.sentence(sample(code)) for code in CODES]

    assert all(sentences)
    assert not [sentence for sentence in sentences if "%(" in sentence]


def test_no_sentence_is_left_over() -> None:
    assert set(words.SENTENCES) == set(CODES)


def test_every_gate_has_a_short_name() -> None:
    assert set(words.GATES_IN_SHORT) == {gate.value for gate in Gate}


def test_every_signal_has_a_name() -> None:
    assert set(words.SIGNALS) == {*Weights().as_mapping(), "load"}


def test_codes_in_a_reason_are_named_in_the_language_of_the_reader(memory_app: Flask) -> None:
    with memory_app.app_context(), force_locale("en"):
        said = documents.sentence(Reason("condition_refused", {"condition": "at_cost"}))

    assert said == "The need cannot take the condition “At cost”."


@pytest.mark.parametrize(
    ("score", "said"),
    [(0.9, "Fits very well"), (0.6, "Fits"), (0.3, "Fits in part"), (0.1, "Fits a little"), (None, "")],
)
def test_a_fit_is_said_in_words(memory_app: Flask, score: float | None, said: str) -> None:
    with memory_app.app_context(), force_locale("en"):
        assert documents.fit_in_words(score) == said


@pytest.mark.parametrize("confidence", [0.95, 0.8, 0.6, 0.2])
def test_confidence_is_said_in_words(memory_app: Flask, confidence: float) -> None:
    with memory_app.app_context(), force_locale("en"):
        assert documents.confidence_in_words(confidence).startswith("We know")


def test_points_add_up_however_they_are_rounded() -> None:
    from web.suggestions.documents.shown import points_that_add_up

    parts = {"skill": 0.3333, "field": 0.1666, "area": 0.2501, "load": -0.0449}

    points = points_that_add_up(parts, round(sum(parts.values()) * 100))

    assert sum(points.values()) == 71
    assert points["load"] < 0
