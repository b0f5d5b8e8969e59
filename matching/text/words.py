"""Words of Japanese texts: cut by a dictionary, one form for each, words of intent removed."""

import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

from sudachipy import Dictionary, SplitMode

from matching.text.memory import remembering
from matching.text.spelling import normalise
from matching.text.vectors import word_vectors

_INTENT: Final = """
為る 居る 有る 無い 成る 出来る 言う 頂く 下さる 呉れる 貰う 遣る 致す 御座る 置く 仕舞う 願う 宜しい 宜しく 欲しい がる
良い 有り難い 待つ 困る いらっしゃる 是非
探す 求める 求人 募集 募る 必要 希望 歓迎 手伝い 手助け 助ける 提供 可能 対応 依頼 要望
事 物 所 為 訳 筈 積もり 様 さん 方 方々 人 者 達 何方 どなた 誰 皆 私 我々 自分 此方 其れ 此れ 何れ 何 位 等 的 化
"""
INTENT: Final[frozenset[str]] = frozenset(_INTENT.split())
"""Words that say that somebody seeks or gives, not what; in the dictionary's normalised form."""

_CONTENT: Final = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接尾辞", "代名詞"})
_CHUNK: Final = 8_000
_GODAN: Final = dict(zip("うくぐすつぬぶむる", "いきぎしちにびみり", strict=True))
_STEMS: Final = {noun: verb for verb, noun in _GODAN.items()}
_KANA: Final = re.compile("[ぁ-ん]")
_CACHED: Final = 200_000
_LOCAL: Final = threading.local()


@remembering
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text that tell what it is about, in the order in which they stand.

    Words are cut as short as the dictionary knows them, brought to its normalised form, and of a verb and the noun
    made from it the more frequent one is taken. Particles, endings, marks and words of intent are left out. Whoever
    reads texts for more than one purpose does so inside `matching.text.remembered_words`.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    tuple[str, ...]
        The words; of a text of nothing but words of intent all of them.

    """
    found = _content(normalise(text))
    return tuple(word for word in found if word not in INTENT) or found


def _content(text: str) -> tuple[str, ...]:
    tokenizer = _tokenizer()
    found: list[str] = []
    for part in _parts(text):
        for morpheme in tokenizer.tokenize(part):
            # what the dictionary does not know may be a name or a number of somebody's own, which is not to be kept
            form_of = _form if morpheme.is_oov() else _form_of_known
            form = form_of(morpheme.part_of_speech_id(), morpheme.normalized_form())
            if form:
                found.append(form)
    return tuple(found)


def _parts(text: str) -> Iterator[str]:
    """Cut a text, at a gap where there is one: the analyser refuses more than 49,149 bytes at a time."""
    while len(text) > _CHUNK:
        end = text.rfind(" ", 1, _CHUNK) + 1 or _CHUNK
        yield text[:end]
        text = text[end:]
    yield text


@cache
def dictionary() -> Dictionary:
    """Return the dictionary of Japanese words, opened once for the process."""
    return Dictionary(dict="small")


def _tokenizer() -> Any:
    """Return the analyser of this thread; one cannot be shared by two."""
    if not hasattr(_LOCAL, "tokenizer"):
        _LOCAL.tokenizer = dictionary().tokenizer(mode=SplitMode.A, fields={"pos", "normalized_form"})
    return _LOCAL.tokenizer


def _form(part_of_speech: int, normalised: str) -> str:
    """Return the form under which a word counts, empty for a word without content of its own."""
    kind, *_, conjugation, _ = dictionary().pos_of(part_of_speech) or ("",) * 6
    if kind not in _CONTENT:
        return ""
    form = normalise(normalised).replace(" ", "")
    ranks = word_vectors().ranks
    forms = [form, *(twin for twin in _twins(form, kind, conjugation) if twin in ranks)]
    return min(forms, key=lambda one: ranks.get(one, len(ranks)))


_form_of_known: Final = lru_cache(_CACHED)(_form)


def _twins(form: str, kind: str, conjugation: str) -> Iterable[str]:
    """Yield the nouns that can be made of a verb (引っ越す, 引っ越し), or the verbs that a noun can be made of."""
    stem, ending = form[:-1], form[-1:]
    if kind == "動詞" and len(stem) > 1:
        yield stem + _GODAN.get(ending, "") if conjugation.startswith("五段") else stem
    if kind == "名詞" and len(stem) > 1:
        if ending in _STEMS:
            yield stem + _STEMS[ending]
        if _KANA.match(ending):
            yield form + "る"
