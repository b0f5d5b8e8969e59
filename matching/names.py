"""Names of people, bodies and skills: one spelling for each, the closest that is known, and who may be there twice.

Three keys, from narrow to wide. `name_key` takes the differences of form out of any name: width, case, spaces,
dashes, old and new characters. `organisation_key` leaves legal forms out as well. `skill_key` reads a skill word by
word with SudachiPy, so that 「引越し」, 「引っ越し」 and 「ひっこし」 are one. Texts with the same key are one name;
everything else here (`closest`, `likely_duplicates`) is only ever proposed to a person.
"""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz, process

from matching.arrays import BoolMatrix, FloatMatrix, IntMatrix
from matching.text import normalise
from matching.text.memory import remembering
from matching.text.words import dictionary

__all__ = [
    "Duplicate",
    "Match",
    "Record",
    "Why",
    "closest",
    "kana_key",
    "legal_form",
    "likely_duplicates",
    "name_key",
    "organisation_key",
    "skill_key",
    "skill_keys",
]

# The present form first, then the forms of before 1946 that the table of characters for general use (常用漢字表,
# cabinet notice of 30 November 2010) gives in brackets, and those of the lists for given names (戸籍法施行規則,
# second table). Forms that NFKC makes one already are left out.
_OLD_FORMS: Final = """
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應 欧歐 殴毆 桜櫻 奥奧 横橫
温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 概槪 拡擴 殻殼 覚覺 学學 岳嶽 楽樂 渇渴 巻卷 陥陷 勧勸 寛寬 関關
歓歡 観觀 気氣 既旣 帰歸 器噐 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 狭狹 郷鄕 暁曉 区區 駆驅 薫薰 勲勳
径徑 茎莖 恵惠 掲揭 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊 欠缺 研硏 県縣 倹儉 剣劍 険險 圏圈 検檢 献獻 権權
顕顯 験驗 厳嚴 広廣 効效 恒恆 黄黃 鉱鑛 号號 国國 黒黑 済濟 砕碎 斎齋 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘
糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫 釈釋 寿壽 収收 従從 渋澁 獣獸 縦縱 粛肅 処處 緒緖 叙敍敘 将將 称稱 焼燒 証證
奨奬 条條 状狀 乗乘 浄淨 剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗
随隨 髄髓 枢樞 数數 瀬瀨 声聲 静靜 斉齊 摂攝 窃竊 専專 戦戰 浅淺 潜潛 繊纖 践踐 銭錢 禅禪 双雙 壮壯 争爭 荘莊
捜搜 挿插 曽曾 装裝 総總 騒騷 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧 択擇 沢澤 担擔 単單
胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 聴聽 鎮鎭 逓遞 鉄鐵 転轉 点點 伝傳 灯燈 当當 党黨 盗盜 稲稻
闘鬪 徳德 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 抜拔 蛮蠻 秘祕 浜濱 瓶甁 払拂 仏佛 併倂
並竝 餅餠 辺邊邉 変變 弁辨瓣辯 宝寶 豊豐 褒襃 翻飜 毎每 万萬 満滿 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣
謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩 猟獵 緑綠 塁壘 励勵 礼禮 隷隸 霊靈 齢齡 恋戀 炉爐 労勞 楼樓 湾灣 亀龜 瑶瑤
巌巖 檜桧 槙槇 遥遙 凜凛 尭堯 駒驹 薗園 舗舖 涼凉 峰峯 島嶋嶌 富冨
"""

# Forms of surnames that the family register keeps apart and daily life does not: the surname of one person is found
# in several of them. After the forms that the register writes for a mistaken or vulgar one (Ministry of Justice,
# circulars 民二第5200号 and 民二第7007号 of 1990 and 1994, 「誤字俗字・正字一覧表」).
_SURNAMES: Final = """
斎斉齊齋 辺邉邊 高髙 崎﨑嵜碕 吉𠮷 渕淵渊 柳栁桺 桑桒 橋𣘺 徳德 瀬瀨 間閒 館舘 鉄鐡 浜濵濱 達逹 角⻆ 曽曾 柿杮
蛎蠣 靱靭 頬頰 土圡 船舩
"""

_LEGAL_FORMS: Final = (
    "認定特定非営利活動法人",
    "特定非営利活動法人",
    "認定npo法人",
    "npo法人",
    "非営利活動法人",
    "公益社団法人",
    "公益財団法人",
    "一般社団法人",
    "一般財団法人",
    "特例社団法人",
    "特例財団法人",
    "社会福祉法人",
    "社会医療法人",
    "医療法人社団",
    "医療法人財団",
    "医療法人",
    "国立大学法人",
    "公立大学法人",
    "学校法人",
    "宗教法人",
    "更生保護法人",
    "地方独立行政法人",
    "独立行政法人",
    "国立研究開発法人",
    "農事組合法人",
    "管理組合法人",
    "労働者協同組合",
    "認可地縁団体",
    "社団法人",
    "財団法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "相互会社",
)
"""Legal forms as the laws on companies and corporations name them, after NFKC and in small letters."""

_SHORT_FORMS: Final = (
    *("特非", "一社", "一財", "公社", "公財", "社福", "地独", "npo", "株", "有", "同", "資", "名", "社", "財"),
    *("福", "学", "医", "宗", "独", "特", "相", "企", "農"),
)
"""The same, as they are shortened between brackets: (株), (特非)."""

_FOREIGN_FORMS: Final = (r"co\s+ltd", "inc", "corp", "ltd", "llc", "npo")

_KATAKANA_WORD: Final = re.compile(r"[ァ-ヺー]+")
_KANA_ONLY: Final = re.compile(r"[ぁ-ゖァ-ヺー]+")
_HIRAGANA: Final = re.compile(r"[ぁ-ゖ]")
_GLIDES: Final = re.compile(r"[ァィゥェォャュョヮ]")
_VARIATION: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_AGAIN: Final = re.compile(r"([一-鿿])々")
_SMALL_KE: Final = re.compile(r"(?<=[一-鿿々])[ヶケヵ](?=[一-鿿])")
_BRACKETED: Final = re.compile(rf"[(〔【\[]\s*(?:{'|'.join(_SHORT_FORMS)})\s*[)〕】\]]")
_LEGAL: Final = re.compile("|".join(_LEGAL_FORMS))
_FOREIGN: Final = re.compile(rf"(?:^|\s)(?:{'|'.join(_FOREIGN_FORMS)})(?=\s|$)")
_SHORTEST_LONG_WORD: Final = 3
_MOST_STEPS: Final = 8
_KEPT: Final = 1 << 16


def _folding(*tables: str) -> Mapping[int, str]:
    """Return what each old form becomes; the first form of a group stands for all of them."""
    folded: dict[int, str] = {}
    for table in tables:
        for group in table.split():
            present = folded.get(ord(group[0]), group[0])
            folded |= {ord(form): present for form in group[1:] if form != present}
    # A form that stands for others may itself be folded by a later table.
    return MappingProxyType({form: folded.get(ord(present), present) for form, present in folded.items()})


_CHARACTERS: Final = _folding(_OLD_FORMS)
_CHARACTERS_OF_NAMES: Final = _folding(_OLD_FORMS, _SURNAMES)


def _shorn(word: str) -> str:
    """Drop the long mark at the end of a katakana word of three sounds or more, as 「サーバー」 and 「サーバ」 are one.

    The rule is that of JIS Z 8301 (2005), annex G.
    """
    stem = word.rstrip("ー")
    return stem if stem != word and len(_GLIDES.sub("", stem)) >= _SHORTEST_LONG_WORD else word


def _plain(text: str, characters: Mapping[int, str]) -> str:
    folded = " ".join(normalise(_VARIATION.sub("", text)).replace("_", " ").split()).translate(characters)
    return _SMALL_KE.sub("ケ", folded)


def _step_of_names(text: str) -> str:
    words = _AGAIN.sub(r"\1\1", text).split()
    return "".join(_KATAKANA_WORD.sub(lambda found: _shorn(found.group()), word) for word in words)


def name_key(text: str) -> str:
    """Return one spelling for a name that is written in several ways.

    Width, case, spaces and signs between the words, dashes for the long mark, the long mark at the end of a longer
    katakana word, small and large ケ between Chinese characters, and old and new characters make no difference:
    「斎藤　実」, 「齋藤実」 and 「斉藤 実」 are one.

    Parameters
    ----------
    text : str
        The name of a person or body.

    Returns
    -------
    str
        The key; the key of a key is itself. Empty where the name holds no letter or digit.

    """
    return _settled(_step_of_names, _plain(text, _CHARACTERS_OF_NAMES))


def organisation_key(text: str) -> str:
    """Return the key of a body's name without its legal form, to compare with.

    Parameters
    ----------
    text : str
        The name of a body: 「株式会社日和印刷」, 「(株)日和印刷」, 「㈱日和印刷」.

    Returns
    -------
    str
        The same for all of these; `name_key` of the whole where nothing else would be left.

    """
    return name_key(_without_legal_form(text)) or name_key(text)


def legal_form(text: str) -> str:
    """Return the legal form that a body's name carries.

    Parameters
    ----------
    text : str
        The name of a body.

    Returns
    -------
    str
        What sort of corporation it says to be, shortened to one word for all its spellings; empty where it says
        nothing.

    """
    spelled = _spelled(text)
    for form, word in _FORMS.items():
        if form in spelled:
            return word
    found = _BRACKETED.search(spelled)
    return _SHORT.get(found.group().strip("()〔〕【】[] "), "") if found else ""


_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "非営利活動法人": "npo",
        "npo法人": "npo",
        "社会福祉法人": "welfare",
        "社団法人": "association",
        "財団法人": "foundation",
        "株式会社": "company",
        "有限会社": "limited",
        "合同会社": "llc",
        "合資会社": "partnership",
        "合名会社": "partnership",
        "学校法人": "school",
        "大学法人": "university",
        "医療法人": "medical",
        "宗教法人": "religious",
    }
)
_SHORT: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("特非", "npo", "特"), "npo"),
        **dict.fromkeys(("社福", "福"), "welfare"),
        **dict.fromkeys(("一社", "公社", "社"), "association"),
        **dict.fromkeys(("一財", "公財", "財"), "foundation"),
        **dict.fromkeys(("資", "名"), "partnership"),
        "株": "company",
        "有": "limited",
        "同": "llc",
        "学": "school",
        "医": "medical",
        "宗": "religious",
    }
)


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_CHARACTERS)


def _without_legal_form(text: str) -> str:
    bare = _LEGAL.sub(" ", _BRACKETED.sub(" ", _spelled(text)))
    return _FOREIGN.sub(" ", re.sub(r"[.,]", " ", bare))


def _settled(step: Callable[[str], str], text: str) -> str:
    """Apply a step until it changes nothing, so that the key of a key is itself.

    A step that goes round in a circle settles on the smallest of the circle; one that goes on and on, on the text.
    """
    seen = [text]
    while (now := step(seen[-1])) not in seen:
        if len(seen) == _MOST_STEPS:
            return text
        seen.append(now)
    return min(seen[seen.index(now) :])


class _Reader(threading.local):
    """SudachiPy with its small dictionary, one tokenizer for each thread: they cannot be shared."""

    def __init__(self) -> None:
        self.tokenizer = dictionary().tokenizer()

    def read(self, text: str) -> list[Any]:
        """Return the words of a text, the longest that the dictionary knows."""
        return list(self.tokenizer.tokenize(text))


@lru_cache(maxsize=1)
def _reader() -> _Reader:
    return _Reader()


@remembering
def skill_key(text: str) -> str:
    """Return one spelling for a skill or thing that is written in several ways.

    What makes no difference to `name_key` makes none here, apart from what only names know. Besides, each word takes
    the spelling that SudachiPy holds for the usual one, verbs become nouns, and a 「の」 between words and the polite
    「お」 and 「ご」 go: 「引越し」, 「引っ越し」, 「ひっこし」, 「お引越し」 are one.
    What is in kana alone and means no one word by itself stays in kana; see `skill_keys`.

    Parameters
    ----------
    text : str
        A few words.

    Returns
    -------
    str
        The key; the key of a key is itself. Empty where the text holds no letter or digit.

    """
    return _settled(_step_of_skills, _plain(text, _CHARACTERS))


def kana_key(text: str) -> str:
    """Return how a text is read, in katakana.

    Parameters
    ----------
    text : str
        A few words.

    Returns
    -------
    str
        The reading, with the differences of form taken out; empty where a word's reading is not known.

    """
    reading = "".join(_katakana(word.reading_form()) for word in _words(_plain(text, _CHARACTERS)))
    return _shorn(reading) if _KANA_ONLY.fullmatch(reading) else ""


@lru_cache(maxsize=_KEPT)
def skill_keys(text: str) -> tuple[str, ...]:
    """Return the keys under which a known skill is filed, so that it is found however it is written.

    They are kept for the process, as the list of skills is; texts of people are looked up by `skill_key`, which keeps
    nothing outside `matching.text.remembered_words`.

    Parameters
    ----------
    text : str
        The name or another name of a skill.

    Returns
    -------
    tuple[str, ...]
        `skill_key` and, where it differs, `kana_key`, under which somebody finds it who writes in kana alone what
        the dictionary cannot turn back: 「よみきかせ」 for 「読み聞かせ」. What is looked up is `skill_key` alone; so
        words that only sound the same, as 「司会」 and 「歯科医」, never meet.

    """
    return tuple(key for key in dict.fromkeys((skill_key(text), kana_key(text))) if key)


def _step_of_skills(text: str) -> str:
    squeezed = text.replace(" ", "")
    if _KANA_ONLY.fullmatch(squeezed):
        return _noun_of_kana(squeezed)
    return "".join(_noun(word) for word in _words(text))


def _words(text: str) -> Iterator[Any]:
    """Yield the words of a text without the particle 「の」 and without polite prefixes."""
    for part in text.split():
        found = _reader().read(part)
        for word in found:
            kind = word.part_of_speech()[0]
            is_small = (kind == "助詞" and word.surface() == "の") or (
                kind == "接頭辞" and word.normalized_form() == "御"
            )
            if not is_small or len(found) == 1:
                yield word


def _noun(word: Any) -> str:
    """Return a word in its usual spelling, a verb as the noun that its stem makes."""
    if word.is_oov():
        return _noun_of_kana(word.surface()) if _KANA_ONLY.fullmatch(word.surface()) else _shorn(word.surface())
    return _usual(word)


def _usual(word: Any) -> str:
    usual: str = normalise(word.normalized_form()).replace(" ", "").translate(_CHARACTERS)
    if word.part_of_speech()[0] == "動詞":
        usual = _stem(usual, word.part_of_speech()[4])
    return _shorn(usual)


def _stem(verb: str, conjugation: str) -> str:
    if conjugation.startswith("五段") and verb[-1] in _STEMS:
        return verb[:-1] + _STEMS[verb[-1]]
    if "一段" in conjugation and verb.endswith("る"):
        return verb[:-1]
    return verb


_STEMS: Final[Mapping[str, str]] = MappingProxyType(dict(zip("うくぐすつぬぶむる", "いきぎしちにびみり", strict=True)))


def _noun_of_kana(text: str) -> str:
    """Return the usual spelling of what is written in kana, where it is one word in hiragana or in katakana."""
    for written in (text, _hiragana(text), _katakana(text)):
        words = list(_words(written))
        if len(words) == 1 and not words[0].is_oov() and words[0].part_of_speech()[0] in {"名詞", "動詞"}:
            return _usual(words[0])
    return _shorn(_katakana(text))


def _katakana(text: str) -> str:
    return "".join(chr(ord(sign) + 96) if _HIRAGANA.match(sign) else sign for sign in text)


def _hiragana(text: str) -> str:
    return "".join(chr(ord(sign) - 96) if "ァ" <= sign <= "ヶ" else sign for sign in text)


@dataclass(frozen=True, slots=True)
class Match:
    """What is known and closest to what somebody wrote.

    Parameters
    ----------
    id : str
        What it is.
    form : str
        Which of its names is that close.
    likeness : float
        How alike the two are, from `least` to 100.
    is_exact : bool
        Whether they are one name in two spellings; else it is a guess, to be asked about.

    """

    id: str
    form: str
    likeness: float
    is_exact: bool


def closest(text: str, known: Mapping[str, Sequence[str]], *, least: float = 85.0) -> Match | None:
    """Return what is known under a name that is the same or nearly the same.

    Parameters
    ----------
    text : str
        What somebody wrote.
    known : Mapping[str, Sequence[str]]
        The names of each known skill by its id, its own name first and the other names after it.
    least : float
        How alike a guess must be, in [0, 100].

    Returns
    -------
    Match or None
        The one that bears the very name, in any spelling, before any that is only close; of several that are as
        close, the first. None where nothing is.

    Notes
    -----
    Likeness is the normalised indel similarity of the keys (rapidfuzz), and of the readings where the text is in
    kana. One wrong character is forgiven in words of seven characters, one that is missing in words of three.

    """
    wanted = skill_key(text)
    if not wanted:
        return None
    forms = [(id_, form, key) for id_, names in known.items() for form in names for key in skill_keys(form)]
    for id_, form, key in forms:
        if key == wanted:
            return Match(id_, form, 100.0, is_exact=True)
    found = process.extractOne(wanted, [key for _, _, key in forms], scorer=fuzz.ratio, score_cutoff=least)
    if found is None:
        return None
    _, likeness, position = found
    return Match(*forms[position][:2], float(likeness), is_exact=False)


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a participant when duplicates are looked for.

    Parameters
    ----------
    id : str
        Identity of the participant.
    kind : str
        Its kind; only those of one kind are compared.
    place : str
        Path of its municipality; only those of one municipality are compared.
    name : str
        Its name.
    is_person : bool
        Whether it is a person: two persons can bear one name, two bodies of one town rarely do.
    reading : str
        How the name is read, empty where that is not known.
    area : str
        Path of the finest place known.
    phone, email : str
        How it is reached, empty where that is not known.

    """

    id: str
    kind: str
    place: str
    name: str
    is_person: bool = False
    reading: str = ""
    area: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """One thing that speaks for or against two records being one participant.

    Parameters
    ----------
    code : str
        `same_name`, `alike_name`, `same_reading`, `same_phone`, `same_email`, `same_domain`, `same_area` or
        `other_legal_form`, which speaks against it.
    strength : float
        How much it counts by itself, in [0, 1].

    """

    code: str
    strength: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records that may be one participant.

    Parameters
    ----------
    first, second : str
        Their ids, the smaller first.
    score : float
        How much speaks for it, in [`least`, 1).
    reasons : tuple[Why, ...]
        What speaks for it, the strongest first, and what against it.

    """

    first: str
    second: str
    score: float
    reasons: tuple[Why, ...]


_SAME_NAME_OF_BODIES: Final = 0.8
_SAME_NAME_OF_PERSONS: Final = 0.6
_ALIKE_FROM: Final = 80.0
_ALIKE_AT_ALL: Final = 60.0
_ALIKE: Final = 0.75
_STRENGTHS: Final[Mapping[str, float]] = MappingProxyType(
    {"same_reading": 0.5, "same_phone": 0.5, "same_email": 0.5, "same_domain": 0.25, "same_area": 0.15}
)
_OTHER_LEGAL_FORM: Final = 0.4
_SHARED_BY_MANY: Final = 2
_SHORTEST_CORE: Final = 2
_ROWS_AT_ONCE: Final = 1024
_MOST_OF_A_GROUP: Final = 50
_SHORTEST_PHONE: Final = 9

_NUMERALS: Final = str.maketrans("〇一二三四五六七八九壱弐参", "0123456789123")
_MARKS: Final = re.compile(r"[0-9十百東西南北上下中前後左右大小新旧元本奥内外男女甲乙丙a-z]")
_SORTS_OF_BODY: Final = re.compile(
    "(?:連合自治会|連合町内会|自治振興会|自治協議会|自治会|町内会|町会|区会|常会|子ども会|こども会|子供会|老人クラブ|婦人会|女性会"
    "|青年会|青年団|消防団|実行委員会|運営委員会|委員会|協議会|振興会|連絡会|連合会|協会|保存会|愛好会|同好会|友の会|の会|の家|会"
    "|クラブ|サークル|グループ|チーム|ネットワーク|センター|事務所|工務店|商店|商会|工業|建設|印刷|薬局|医院|病院|大学|高等学校|高校"
    "|中学校|小学校|学校|保育園|幼稚園|pta)$"
)


def likely_duplicates(records: Sequence[Record], *, least: float = 0.6, alike: float = 85.0) -> list[Duplicate]:
    """Propose which records may be one and the same participant; deciding it is for a person.

    Parameters
    ----------
    records : Sequence[Record]
        Participants.
    least : float
        How much must speak for it, in [0, 1].
    alike : float
        How alike the names of two bodies must be for being compared at all, in [0, 100].

    Returns
    -------
    list[Duplicate]
        The pairs, those for which most speaks first, ties by id.

    Notes
    -----
    Only records of one kind and one municipality are compared, and only where their names hold the same numerals and
    directions: 「第一自治会」 and 「第二自治会」 are two. Pairs worth a look share the key of the name, the reading, a
    telephone number or an address; bodies also where their names without the sort of body are nearly the same, found
    by `rapidfuzz.process.cdist` in blocks. What speaks for a pair is put together as 1 - Π (1 - strength); a shared
    telephone or mailbox alone says nothing, since an officer of two bodies has one of each.

    """
    ordered = sorted(records, key=lambda record: record.id)
    if len(ordered) < _SHARED_BY_MANY:
        return []
    columns = _Columns.of(ordered)
    left, right = _worth_a_look(ordered, columns, alike)
    if not left.size:
        return []
    strengths, against = _evidence(columns, left, right)
    score = (1.0 - np.prod([1.0 - one for one in strengths.values()], axis=0)) * (1.0 - _OTHER_LEGAL_FORM * against)
    proposed = np.flatnonzero(score >= least)
    order = proposed[np.lexsort((right[proposed], left[proposed], -score[proposed]))]
    return [
        Duplicate(
            ordered[left[position]].id,
            ordered[right[position]].id,
            float(score[position]),
            _reasons(strengths, position, is_against=bool(against[position])),
        )
        for position in order
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """The records as arrays of codes; two records share something where the codes are equal and not negative."""

    keys: list[str]
    cores: list[str]
    block: IntMatrix
    name: IntMatrix
    reading: IntMatrix
    phone: IntMatrix
    email: IntMatrix
    domain: IntMatrix
    area: IntMatrix
    form: IntMatrix
    is_person: BoolMatrix

    @classmethod
    def of(cls, records: Sequence[Record]) -> "_Columns":
        keys = [name_key(one.name) if one.is_person else organisation_key(one.name) for one in records]
        domains = [one.email.rpartition("@")[2].strip().lower() for one in records]
        shared = {domain for domain, count in Counter(domains).items() if count > _SHARED_BY_MANY}
        return cls(
            keys=keys,
            cores=[key if one.is_person else _core(key) for one, key in zip(records, keys, strict=True)],
            block=_codes([f"{one.kind}\n{one.place}\n{_marks(key)}" for one, key in zip(records, keys, strict=True)]),
            name=_codes(keys),
            reading=_codes([_katakana(name_key(one.reading)) for one in records]),
            phone=_codes([_digits(one.phone) for one in records]),
            email=_codes([unicodedata.normalize("NFKC", one.email).strip().lower() for one in records]),
            domain=_codes(["" if domain in shared else domain for domain in domains]),
            area=_codes([one.area if one.area != one.place else "" for one in records]),
            form=_codes(["" if one.is_person else legal_form(one.name) for one in records]),
            is_person=np.array([one.is_person for one in records]),
        )


def _codes(values: Sequence[str]) -> IntMatrix:
    """Return a number for each value, the same for the same, and -1 for none."""
    _, codes = np.unique(np.array(values, dtype=object).astype(str), return_inverse=True)
    return np.where(np.array([value == "" for value in values]), -1, codes).astype(np.int64)


def _core(key: str) -> str:
    core = _SORTS_OF_BODY.sub("", key)
    return core if len(core) >= _SHORTEST_CORE else key


def _marks(key: str) -> str:
    return "".join(_MARKS.findall(key.translate(_NUMERALS)))


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    digits = re.sub(r"^(?:00)?810?", "0", digits)
    return digits if len(digits) >= _SHORTEST_PHONE else ""


def _worth_a_look(records: Sequence[Record], columns: _Columns, alike: float) -> tuple[IntMatrix, IntMatrix]:
    """Return the positions of the pairs to look at, the smaller in the first array, without repetition."""
    count = len(records)
    found = [_sharing(codes, columns.block) for codes in (columns.name, columns.reading, columns.phone, columns.email)]
    bodies = np.flatnonzero(~columns.is_person)
    order = bodies[np.argsort(columns.block[bodies], kind="stable")]
    _, starts = np.unique(columns.block[order], return_index=True)
    found += [_alike(columns.cores, block, alike) for block in np.split(order, starts[1:]) if block.size > 1]
    pairs = np.unique(np.concatenate([left * count + right for left, right in found]))
    return pairs // count, pairs % count


def _sharing(codes: IntMatrix, block: IntMatrix) -> tuple[IntMatrix, IntMatrix]:
    """Pair up the records of a block that share a value; what very many share tells nothing."""
    known = np.flatnonzero(codes >= 0)
    order = known[np.lexsort((known, codes[known], block[known]))]
    changes = (np.diff(codes[order]) != 0) | (np.diff(block[order]) != 0)
    groups = np.split(order, np.flatnonzero(changes) + 1)
    found = [np.triu_indices(group.size, 1) for group in groups]
    wanted = [
        (group[left], group[right])
        for group, (left, right) in zip(groups, found, strict=True)
        if 1 < group.size <= _MOST_OF_A_GROUP
    ]
    empty = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([empty, *(left for left, _ in wanted)]),
        np.concatenate([empty, *(right for _, right in wanted)]),
    )


def _alike(cores: Sequence[str], block: IntMatrix, alike: float) -> tuple[IntMatrix, IntMatrix]:
    """Pair up the bodies of a block whose names are nearly the same, in blocks of rows."""
    block = np.sort(block)
    names = [cores[position] for position in block]
    lefts, rights = [], []
    for start in range(0, block.size, _ROWS_AT_ONCE):
        rows = names[start : start + _ROWS_AT_ONCE]
        likeness = process.cdist(rows, names[start:], scorer=fuzz.ratio, score_cutoff=alike, dtype=np.uint8)
        row, column = np.nonzero(np.triu(likeness, 1))
        lefts.append(block[start + row])
        rights.append(block[start + column])
    return np.concatenate(lefts), np.concatenate(rights)


def _evidence(columns: _Columns, left: IntMatrix, right: IntMatrix) -> tuple[dict[str, FloatMatrix], BoolMatrix]:
    """Return the strength of everything that may speak for each pair, and whether the legal forms speak against it."""

    def shared(codes: IntMatrix) -> BoolMatrix:
        same: BoolMatrix = (codes[left] == codes[right]) & (codes[left] >= 0)
        return same

    whole, core = (
        process.cpdist([names[k] for k in left], [names[k] for k in right], scorer=fuzz.ratio, dtype=np.float64)
        for names in (columns.keys, columns.cores)
    )
    likeness = np.minimum(whole, core)
    is_person = columns.is_person[left]
    same_name = shared(columns.name)
    named = same_name | shared(columns.reading) | (likeness >= _ALIKE_AT_ALL)
    alike = np.clip((likeness - _ALIKE_FROM) / (100.0 - _ALIKE_FROM), 0.0, 1.0)
    same_email = shared(columns.email)
    strengths = {
        "same_name": same_name * np.where(is_person, _SAME_NAME_OF_PERSONS, _SAME_NAME_OF_BODIES),
        "alike_name": ~same_name * _ALIKE * alike,
        "same_reading": shared(columns.reading) * _STRENGTHS["same_reading"] * ~same_name,
        "same_phone": shared(columns.phone) * _STRENGTHS["same_phone"],
        "same_email": same_email * _STRENGTHS["same_email"],
        "same_domain": ~same_email * shared(columns.domain) * _STRENGTHS["same_domain"],
        "same_area": shared(columns.area) * _STRENGTHS["same_area"],
    }
    forms = columns.form
    against: BoolMatrix = (forms[left] >= 0) & (forms[right] >= 0) & (forms[left] != forms[right])
    return {code: one * named for code, one in strengths.items()}, against


def _reasons(strengths: Mapping[str, FloatMatrix], position: int, *, is_against: bool) -> tuple[Why, ...]:
    found = [Why(code, float(one[position])) for code, one in strengths.items() if one[position] > 0.0]
    found.sort(key=lambda why: -why.strength)
    return (*found, *([Why("other_legal_form", _OTHER_LEGAL_FORM)] if is_against else []))
