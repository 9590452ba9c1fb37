"""Tables of messages that must be refused and that must pass, and spellings at random."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from bot import privacy
from bot.privacy import seems_personal, seems_personal_field
from bot.words import LANGUAGES, plain, texts
from tests.bot.study import shipped

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NAMING = re.compile(r"/name (?:Wei Li|李伟)")  # the examples of an investigator's own name


def table(name: str) -> list[str]:
    """The lines of a table, as they are: invisible signs included."""
    lines = (HERE / name).read_text("utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("# ")]


REFUSED, PASSED = table("refused.txt"), table("passed.txt")


def test_the_tables_are_long() -> None:
    assert len(set(REFUSED)) == len(REFUSED) >= 80
    assert len(set(PASSED)) == len(PASSED) >= 120


@pytest.mark.parametrize("text", REFUSED)
def test_a_message_about_a_person_is_refused(text: str) -> None:
    assert seems_personal(text)


@pytest.mark.parametrize("text", REFUSED)
def test_it_is_refused_in_the_middle_of_others_too(text: str) -> None:
    assert seems_personal(f"/ae 3 发热, {text} ; ok")
    assert seems_personal(text.replace(" ", "\u00a0"))
    assert seems_personal(text.replace(" ", "\n"))


@pytest.mark.parametrize("text", PASSED)
def test_a_message_of_the_trial_passes(text: str) -> None:
    assert not seems_personal(text)


def test_every_text_and_button_of_the_bot_passes() -> None:
    said = [NAMING.sub("", plain(text)) for x in LANGUAGES for text in texts(x).values()]
    said += [fact.asks.in_(x) for fact in shipped().facts for x in LANGUAGES]
    assert [text for text in said if seems_personal(text)] == []


def test_every_line_of_the_transcripts_and_of_the_readme_passes() -> None:
    files = [*ROOT.glob("tests/conversations/*.txt"), ROOT / "README.md", ROOT / "protocol.yaml"]
    lines = {line.strip() for file in files for line in file.read_text("utf-8").splitlines()}
    lines |= {line.partition(": ")[2] for line in lines}
    assert len(lines) > 1000
    assert [line for line in lines if seems_personal(line)] == []


def test_every_term_of_ctcae_passes_even_as_free_text() -> None:
    lines = (ROOT / "rules/scores/ctcae_terms.txt").read_text("utf-8").splitlines()
    terms = [line.partition("\t")[2] for line in lines if "\t" in line]
    assert len(terms) > 800
    assert [term for term in terms if seems_personal_field(term)] == []


def test_what_colleagues_say_of_subjects_passes() -> None:
    files = sorted((ROOT / "tests/speech").glob("*.tsv"))
    said = [line.partition("\t")[2] for f in files for line in f.read_text("utf-8").splitlines()]
    refused = [text for text in said if seems_personal(text)]
    assert all(re.search("王|Wang|李医生|Dr Li|病历", text) for text in refused)  # names, and a chart cited


@pytest.mark.parametrize(
    "text",
    [
        "王芳",
        "欧阳娜娜",
        "wang fang",
        "Fang Wang",
        "黄蓉蓉",
        "王小明发热",
        "刘洋说他头痛",
        "王小明说年龄不对",
        "因李娜皮疹",
        "小事，张伟的年龄不对",
    ],
)
def test_a_bare_name_is_refused_as_free_text(text: str) -> None:
    assert seems_personal_field(text)


@pytest.mark.parametrize(
    "text",
    [
        "李斯特菌感染", "朱红色皮疹", "张力的改变", "陈旧性出血", "陈述的时间不对", "林格氏液的剂量",
        "黄疸出现", "高热", "白细胞的值不对", "方案的版本",
        "周围水肿",
        "患者发热", "患者说头痛", "录入的时间不对", "原始病历的等级是2级",
        "全身皮疹", "汤药的剂量", "与源文件的值不同", "焦虑的等级不对", "凌晨发热", "屈肌疼痛", "莫名发热",
    ],
)  # fmt: skip
def test_free_text_without_a_name_passes(text: str) -> None:
    assert not seems_personal_field(text)


# ---------------------------------------------------------------- at random
DIGITS = st.text("0123456789", min_size=9, max_size=9)
SPREAD = [
    lambda n: n,
    lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}",
    lambda n: f"{n[:3]} {n[3:7]} {n[7:]}",
    " ".join,
    "\u200b".join,
    lambda n: f"+86 {n}",
    lambda n: f"{n[:4]} {n[4:8]} {n[8:]}",
    lambda n: n.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}),
    lambda n: n.translate({ord(str(d)): "〇一二三四五六七八九"[d] for d in range(10)}),
]
AROUND = st.sampled_from(
    ["{}", "003 {}", "打{}", "tel{}", "/ae 3 fever 2 now {}", "{}，发热", "2026-03-05 {}"]
)


@given(st.sampled_from("3456789"), DIGITS, st.sampled_from(SPREAD), AROUND)
@settings(max_examples=300)
def test_a_mobile_is_always_caught(second: str, rest: str, spread, around: str) -> None:  # type: ignore[no-untyped-def]
    number = f"1{second}{rest}"
    if number.endswith("00000000"):
        number = f"{number[:10]}1"  # 1.3e10 cells, say
    if "0000" in number[3:]:  # split, it could be a subject and a count of cells
        spread = SPREAD[0]
    assert seems_personal(around.format(spread(number)))


REGIONS = st.sampled_from(["110105", "340524", "440106", "510104", "320102", "650103"])
BORN = st.dates(date(1900, 1, 1), date(2019, 12, 31))


@given(REGIONS, BORN, st.integers(0, 999), st.sampled_from(SPREAD[:5] + SPREAD[7:]), AROUND)
@settings(max_examples=300)
def test_a_resident_number_is_always_caught(
    region: str, born: date, serial: int, spread, around: str
) -> None:  # type: ignore[no-untyped-def]
    number = f"{region}{born:%Y%m%d}{serial:03d}"
    number += ric.calc_check_digit(f"{number}0")
    assert seems_personal(around.format(spread(number)))
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    assert seems_personal(around.format(spread(wrong)))


COUNTS = ["{0}", "{0:.3g}", "{1:g}e8", "{1:g}×10^8", "{0:,}"]
CELLS = st.builds(
    lambda head, zeros, shape: shape.format(head * 10**zeros, head * 10**zeros / 1e8),
    st.integers(1, 999),
    st.integers(5, 8),
    st.sampled_from(COUNTS),
)
CODES = st.builds(
    lambda shape, number: shape.format(number),
    st.sampled_from(["CD7-{:03d}", "cd7-{}", "{:03d}", "{}", "{:03d}号"]),
    st.integers(1, 54),
)
MOMENTS = [
    "{d:%Y-%m-%d} {h:02d}:{m:02d}",
    "{d:%Y-%m-%d} {h}:{m:02d}",
    "{d:%Y年%m月%d日} {h:02d}:{m:02d}",
    "{d:%d %B %Y} {h:02d}:{m:02d}",
    "{d:%d/%m/%Y} {h}:{m:02d}",
    "{d:%Y-%m-%dT}{h:02d}:{m:02d}+08:00",
    "{h:02d}:{m:02d}",
    "{d:%Y%m%d}{h:02d}{m:02d}",
]
WHEN = st.builds(
    lambda day, clock, shape: shape.format(d=date(2024, 1, 1) + timedelta(day), h=clock // 60, m=clock % 60),
    st.integers(0, 2000),
    st.integers(0, 1439),
    st.sampled_from(MOMENTS),
)


@given(
    CODES, CELLS, WHEN, st.sampled_from(["/dose {} {} {}", "{} {} {}", "{} dosed {} at {}", "{}回输{}，{}"])
)
@settings(max_examples=400)
def test_a_dose_is_never_taken_for_a_person(code: str, cells: str, when: str, line: str) -> None:
    assert not seems_personal(line.format(code, cells, when))


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_nothing_that_is_typed_makes_the_look_fail(text: str) -> None:
    assert privacy._seems(text) in (True, False)
