"""One large town: an engine run on 1,000 needs and 10,000 offers, in one process, and what a single need costs."""

import subprocess
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from bench.table import Row, ms, peak
from matching import (
    CONDITIONS,
    Geography,
    ItemProfile,
    NeedProfile,
    OfferProfile,
    Pairs,
    SlotProfile,
    Taxonomy,
    Weights,
    run_market,
    score,
)

NEEDS: Final = 1_000
OFFERS: Final = 10_000
SAY_WHEN: Final = 7
MUNICIPALITY: Final = "jp.03.machi"
DISTRICTS: Final = tuple(f"{MUNICIPALITY}.d{number:02}" for number in range(20))
FIELDS: Final = ("welfare", "children", "safety", "culture", "environment", "sports", "town", "agriculture")
WINDOWS: Final = ("mon_am", "mon_eve", "wed_am", "wed_eve", "fri_pm", "sat_am", "sat_pm", "sun_am", "sun_pm")
OWNERS: Final = ("neighborhood_association", "rmo", "npo", "company", "university", "resident", "resident", "resident")

THINGS: Final = (
    ("people", ("草刈り", "草取り", "公園の草むしり"), "機械と手作業"),
    ("people", ("会計", "帳簿つけ", "経理の手伝い"), "表計算と年度末の決算"),
    ("people", ("広報紙づくり", "会報の編集", "広報紙のデザイン"), "月一回の発行"),
    ("people", ("見守り", "登下校の見守り", "あいさつ運動"), "平日の朝"),
    ("people", ("送迎", "買い物の送り迎え", "通院の付き添い"), "自分の車"),
    ("people", ("パソコン教室の講師", "スマートフォンの使い方の相談", "初めてのパソコン"), "少人数"),
    ("people", ("子どもの学習支援", "宿題の手助け", "勉強会の先生"), "小学生と中学生"),
    ("people", ("朝ごはんづくり", "子ども食堂の調理", "炊き出し"), "三十食ほど"),
    ("people", ("読み聞かせ", "紙芝居", "絵本の会"), "図書室"),
    ("people", ("祭りの設営", "テントの組み立て", "会場の片付け"), "力仕事"),
    ("people", ("通訳", "やさしい日本語での案内", "翻訳"), "英語とベトナム語"),
    ("people", ("写真撮影", "行事の記録", "動画の編集"), "一眼レフ"),
    ("people", ("体操の指導", "ラジオ体操の先生", "健康づくり教室"), "高齢者向け"),
    ("people", ("避難訓練の指導", "消火器の使い方", "防災の話"), "元消防職員"),
    ("people", ("ホームページづくり", "サイトの更新", "SNSでの発信"), "無料のしくみ"),
    ("goods", ("テント", "運動会用テント", "折りたたみテント"), "三間二間"),
    ("goods", ("机と椅子", "長机", "パイプ椅子"), "公民館の備品"),
    ("goods", ("余った食品", "米と野菜", "缶詰"), "賞味期限内"),
    ("goods", ("花の苗", "球根", "花壇の土"), "春と秋"),
    ("goods", ("古い学用品", "ランドセル", "制服"), "洗濯済み"),
    ("goods", ("発電機", "投光器", "延長コード"), "夜の行事"),
    ("goods", ("印刷機", "コピー用紙", "ポスターの印刷"), "白黒"),
    ("place", ("会議室", "集会所", "打ち合わせの場所"), "二十人"),
    ("place", ("調理室", "キッチンのある部屋", "厨房"), "ガス台四つ"),
    ("place", ("畑", "市民農園", "空いている農地"), "百坪"),
    ("place", ("体育館", "運動のできる広間", "ホール"), "夜も可"),
    ("place", ("駐車場", "行事の日の駐車場所", "空き地"), "十台"),
    ("service", ("法律の相談", "相続の相談", "契約書の確認"), "司法書士"),
    ("service", ("出前授業", "環境学習", "工場見学"), "小学校"),
    ("service", ("運搬", "軽トラックでの運び出し", "引越しの手伝い"), "一日"),
    ("service", ("家具の修理", "網戸の張り替え", "電球の交換"), "大工道具"),
    ("money", ("活動費の助成", "寄付", "協賛金"), "一口一万円"),
    ("information", ("助成金の情報", "活動事例", "地域の統計"), "毎月"),
)
PLACES: Final = ("公園", "公民館", "神社", "小学校", "川べり", "商店街", "団地", "駅前", "集会所", "山あいの地区")
FOR_WHOM: Final = ("子ども", "高齢の方", "子育て中の親", "外国から来た方", "町内のみなさん", "若者", "障がいのある方")


KNOWN: Final[dict[str, Any]] = {"weights": Weights(), "geography": Geography(), "taxonomy": Taxonomy()}
SMALL: Final = (200, 2_000)
SINGLE: Final = 200


def rows(*, full: bool) -> Iterator[Row]:
    """Measure whole runs, each in a process of its own, beside the pairs scored one by one."""
    needs, offers = market(SINGLE, SINGLE)
    began = time.process_time()
    for need, offer in zip(needs, offers, strict=True):
        score(Pairs.every([need], [offer]), **KNOWN)
    singly = (time.process_time() - began) / SINGLE
    for n_needs, n_offers in [SMALL, (NEEDS, OFFERS)] if full else [SMALL]:
        output = subprocess.run(  # noqa: S603  # the project's own command
            [sys.executable, "-m", "bench.scale", str(n_needs), str(n_offers)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        wall, used, most, suggested = output.split()
        what = f"Engine: {n_needs:,} needs × {n_offers:,} offers with teams, rounds and season"
        yield Row(
            f"{what}, wall / CPU",
            f"{ms(float(wall))} / {ms(float(used))}",
            f"all pairs one by one, scores alone (from {SINGLE})",
            ms(singly * n_needs * n_offers),
        )
        yield Row(f"{what}, peak memory", f"{int(most):,} MB", "at most", "1,000 MB")
        yield Row(f"{what}, needs with a suggestion", suggested, "needs", f"{n_needs:,}")


def main() -> None:
    """Run the engine once and print seconds, CPU seconds, megabytes and needs with a suggestion."""
    needs, offers = market(int(sys.argv[1]), int(sys.argv[2]))
    wall, used = time.perf_counter(), time.process_time()
    results = run_market(needs, offers, **KNOWN).needs
    wall, used = time.perf_counter() - wall, time.process_time() - used
    print(wall, used, peak() // 1024, sum(bool(result.suggestions) for result in results))  # noqa: T201  # what the caller reads


def market(needs: int, offers: int) -> tuple[list[NeedProfile], list[OfferProfile]]:
    """Return an invented town of this size, always the same."""
    random = Random(20_261_122)  # noqa: S311  # invented data, no secret
    return [_need(random, number) for number in range(needs)], [_offer(random, number) for number in range(offers)]


def _need(random: Random, number: int) -> NeedProfile:
    chosen = random.choices(THINGS, k=random.choices((1, 2, 3, 4, 6), weights=(40, 30, 15, 10, 5))[0])
    words = [random.choice(names) for _, names, _ in chosen]
    place, whom = random.choice(PLACES), random.choice(FOR_WHOM)
    return NeedProfile(
        id=f"need-{number:06}",
        owner=f"owner-{random.randrange(6_000):05}",
        owner_kind=random.choice(OWNERS),
        title=f"{place}での{words[0]}を手伝ってほしい",
        text=f"{whom}のための集まりで、{'と'.join(words)}をお願いできる方を探しています。{chosen[0][2]}があると助かります。",
        area=random.choice(DISTRICTS),
        slots=tuple(
            SlotProfile(f"need-{number:06}-{position}", kind, word, random.choice((1, 1, 2, 3, 10)), None)
            for position, ((kind, _, _), word) in enumerate(zip(chosen, words, strict=True))
        ),
        fields=frozenset(random.sample(FIELDS, random.randrange(3))),
        windows=_windows(random),
        accepts=random.choice((None, None, frozenset({"free", "at_cost"}), frozenset(CONDITIONS))),
    )


def _offer(random: Random, number: int) -> OfferProfile:
    chosen = random.choices(THINGS, k=random.choices((1, 2, 3), weights=(60, 30, 10))[0])
    words = [random.choice(names) for _, names, _ in chosen]
    place, whom = random.choice(PLACES), random.choice(FOR_WHOM)
    return OfferProfile(
        id=f"offer-{number:06}",
        owner=f"owner-{random.randrange(6_000):05}",
        owner_kind=random.choice(OWNERS),
        title=f"{words[0]}（{chosen[0][2]}）",
        text=f"{place}や近くで{'、'.join(words)}ができます。{whom}向けの経験があります。",
        area=random.choice(DISTRICTS),
        items=tuple(
            ItemProfile(f"offer-{number:06}-{position}", kind, word, random.choice((1, 1, 1, 2, 5, 30)), None)
            for position, ((kind, _, _), word) in enumerate(zip(chosen, words, strict=True))
        ),
        fields=frozenset(random.sample(FIELDS, random.randrange(3))),
        windows=_windows(random),
        condition=random.choice((None, "free", "at_cost", "paid", "loan")),
        reach=random.choice(("district", "municipality", "municipality", "prefecture", "anywhere")),
        online=random.choice((None, None, True, False)),
        engagements=random.randrange(3),
        engagement_limit=random.choice((None, 2, 3)),
        engagements_past_year=random.randrange(4),
        record=random.choice((None, None, 0.5, 0.8, 1.0)),
    )


def _windows(random: Random) -> frozenset[str] | None:
    return frozenset(random.sample(WINDOWS, random.randrange(1, 5))) if random.randrange(10) < SAY_WHEN else None


if __name__ == "__main__":
    main()
