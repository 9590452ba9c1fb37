"""A file with mistakes: all of them at once, each with its line, its clause and what to do."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.file.load import load
from rules.file.reading import Mistake
from rules.file.tree import MAX_BYTES
from rules.proving.proof import load_proved
from tests.rules.files import TEXT, changed, in_entry, line_of

BROKEN = yaml.safe_load(Path(__file__).with_name("broken.yaml").read_text(encoding="utf-8"))
SECTIONS = [line[:-1] for line in TEXT.splitlines() if line[:1].isalpha()]


def _text(row: dict[str, Any]) -> str:
    return (
        in_entry(row.get("in", ""), row["old"], row["new"])
        if "in" in row
        else changed((row["old"], row["new"]))
    )


def _line(row: dict[str, Any], text: str) -> int:
    entry = row.get("in", "")
    last = row["new"].strip("\n").split("\n")[-1]
    return line_of(text, row.get("near") or last or entry, after=entry and f"- {entry}\n")


@pytest.mark.parametrize("row", BROKEN, ids=[row["slip"] for row in BROKEN])
def test_each_mistake_has_its_line_its_place_and_what_to_do(row: dict[str, Any]) -> None:
    text = _text(row)
    started = time.process_time()
    protocol, mistakes, proof = load_proved(text.encode())
    assert time.process_time() - started < 60
    assert (protocol, proof.states) == (None, 0)
    follow = [m for m in mistakes if any(also in m.problem for also in row.get("also", ()))]
    assert len(follow) >= len(row.get("also", ()))
    [mistake] = [m for m in mistakes if m not in follow]
    assert (mistake.line, mistake.where) == (_line(row, text), row["where"])
    assert row["problem"] in mistake.problem
    assert row["fix"] in mistake.fix


def test_there_are_many_distinct_broken_files() -> None:
    assert len({_text(row) for row in BROKEN}) == len(BROKEN) >= 60


NOT_READ = {
    "an empty file": (b"", 1, "the file is empty", "Start from the protocol.yaml we ship"),
    "a comment alone": (b"# nothing\n", 1, "the file is empty", "Start from"),
    "a list": (b"- a\n- b\n", 1, "expected named sections", "Start from"),
    "a word": (b"protocol", 1, "expected named sections", "Start from"),
    "UTF-16": (TEXT.encode("utf-16"), 1, "not UTF-8", "Save it as UTF-8"),
    "GB18030": (TEXT.encode("gb18030"), line_of(TEXT, "zh: CD7"), "not UTF-8", "Save it as UTF-8"),
    "Latin-1": (b"# fine\n# caf\xe9\n", 2, "not UTF-8", "Save it as UTF-8"),
    "10 MB": (b"#" * 10_000_000, 1, "10,000,000 bytes; at most 262,144", "Keep one protocol in one file"),
    "a bomb of aliases": (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("z"))
        ),
        2,
        "aliases (`*name`) are not read",
        "Write the value out",
    ),
    "deep nesting": (b"a: " + b"[" * 100_000, 1, "nested too deeply", "No entry needs that many levels"),
    "a tag that runs code": (
        b"trial:\n  id: !!python/object/apply:os.system [ls]\n",
        2,
        "tags (`tag:yaml.org,2002:python/object/apply:os.system`) are not read",
        "Write the value alone",
    ),
    "a tag that misleads": (b"trial: !!timestamp x\n", 1, "tags", "Write the value alone"),
    "a tab": (
        b"trial:\n\tid: x\n",
        2,
        "not YAML: found character that cannot start any token",
        "Mend this line",
    ),
    "a colon too many": (
        b"trial:\n  id: a: b\n",
        2,
        "not YAML: mapping values are not allowed",
        "mind the indents",
    ),
    "an open bracket": (b"trial: [a,\n", 2, "not YAML", "Mend this line"),
    "two documents": (b"trial: a\n---\ntrial: b\n", 2, "not YAML", "Mend this line"),
    "a control character": (
        "剂: 量\n# \x07\n".encode(),
        2,
        "a character that is no text",
        "Save it as plain text",
    ),
}


@pytest.mark.parametrize("name", NOT_READ)
def test_what_is_no_protocol_at_all_is_said_in_one_line(name: str) -> None:
    data, line, problem, fix = NOT_READ[name]
    started = time.process_time()
    protocol, mistakes, proof = load_proved(data)
    assert time.process_time() - started < 60
    assert (protocol, proof.states) == (None, 0)
    [mistake] = mistakes
    assert (mistake.line, mistake.where) == (line, "file")
    assert problem in mistake.problem
    assert fix in mistake.fix
    assert "\n" not in str(mistake)


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_its_lines() -> None:
    text = changed(
        ("zone: Asia/Shanghai", "zone: Mars/Base"),
        ("cells: 2.0e+8", "cells: 2e8"),
        ("unit: year", "unit: yaer"),
        ("  days: 28", "  days: 0"),
        ("when: age >= 18", "when: agee >= 18"),
        ("when: lowest", "when: $lowest"),
        ("    reading: expand", "    reading: shrink"),
        ("  - stage: infusion", "  - stage: infuse"),
    )
    _, mistakes, _ = load_proved(text.encode())
    assert [m.line for m in mistakes] == sorted(m.line for m in mistakes)
    assert [m.where for m in mistakes] == [
        "trial.zone",
        "level 3.cells",
        "window.days",
        "stages",
        "stage infuse.stage",
        "fact age",
        "criterion I4.when",
        "clause lower-level-by-amendment.when",
        "assumption A8.reading",
    ]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_missing_section_is_one_mistake_beside_the_others(section: str) -> None:
    start = TEXT.index(f"{section}:\n")
    following = [TEXT.index(f"\n{name}:\n", start) + 1 for name in SECTIONS if f"\n{name}:\n" in TEXT[start:]]
    text = TEXT[:start] + TEXT[min(following, default=len(TEXT)) :] + "spare: 1\n"
    problems = {m.problem for m in load(text.encode())[1]}
    sets = {
        "window": ["window.extra_days"],
        "cohort": ["cohort.spacing_after_first_days", "cohort.maximum"],
    }
    follow = {f"`{path}` is not in the file" for path in sets.get(section, [])}
    missing = (
        set() if section in ("safety", "response") else {f"`{section}` is missing"}
    )  # the file may be silent there
    assert problems == {*missing, "`spare` is not a field here", *follow}


def test_sections_of_the_wrong_shape_are_named_and_nothing_raises() -> None:
    for value in ("5", "[]", "{}", "null", "[[a]]", "{a: {b: c}}", "[{}]", "? {a: b}\n  : c"):
        text = "\n".join(
            f"{name}: {value}" if value[0] != "?" else f"{name}:\n  {value}" for name in SECTIONS
        )
        protocol, mistakes = load(text.encode())
        assert protocol is None
        assert len(mistakes) > len(SECTIONS)


HUGE = {
    "a section of 20,000 fields": "trial:\n" + "".join(f"  {n}: 1\n" for n in range(20_000)),
    "one field 25,000 times": "trial:\n" + "  id: 1\n" * 25_000,
    "a fact of 20,000 choices": "facts:\n- fact: a\n  type: choice\n  choices:\n"
    + "".join(f"    {n}: x\n" for n in range(20_000)),
    "a clause under 15,000 assumptions": "assumptions: []\nescalation:\n  clauses:\n  - under:\n"
    + "".join(f"      {n}: x\n" for n in range(15_000)),
    "2,000 criteria of 2,000 facts": "facts:\n"
    + "".join(f"- fact: a{n}\n  type: judgement\n" for n in range(2_000))
    + "criteria:\n"
    + "".join(f"- criterion: c{n}\n  when: b{n} > 1\n" for n in range(2_000)),
    "a name of 200 kB": f"trial: {{id: {'x' * 100_000}, {'y' * 100_000}: 1}}",
    "a number of 200 kB": f"window: {{days: 0x{'f' * 200_000}}}",
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_file_is_read_in_seconds(name: str) -> None:
    data = HUGE[name].encode()
    assert len(data) <= MAX_BYTES
    started = time.process_time()
    protocol, mistakes = load(data)
    assert time.process_time() - started < 60  # a reading that hangs takes hours
    assert protocol is None
    assert all(len(str(mistake)) < 1000 for mistake in mistakes)


def test_empty_lists_are_mistakes_where_a_trial_needs_entries() -> None:
    text = "dose: {levels: []}\nfacts: []\nstages: []"
    problems = {m.problem for m in load(text.encode())[1]}
    assert {"no dose level is given", "no fact is given", "the stage `consent` is missing"} <= problems
    _, mistakes = load((TEXT[: TEXT.index("criteria:\n")] + "criteria: []\n").encode())
    assert "no criterion is given" in {m.problem for m in mistakes}


def test_arithmetic_in_a_criterion_is_taken_as_it_is() -> None:
    for when in ("age * 2 >= 36", "age - 18 >= 0"):
        assert load(changed(("when: age >= 18", f"when: {when}")).encode())[1] == []


def test_a_mistake_reads_as_one_sentence_with_line_clause_and_fix() -> None:
    said = str(Mistake(7, "clause A2", "two clauses speak", "Narrow one"))
    assert said == "line 7, clause A2: two clauses speak. Narrow one."


lines = TEXT.splitlines()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_slip_of_the_pen_raises(data: st.DataObject) -> None:
    text = list(lines)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        kind = data.draw(st.sampled_from(["drop", "twice", "cut", "junk", "indent", "value"]))
        junk = data.draw(
            st.text("{}[]:-#&*!|>'\"%@`, \tax1.$\x00é\ud83d", max_size=6).filter(str.isprintable)
        )
        line = text[at]
        cut = data.draw(st.integers(0, len(line)))
        text[at : at + 1] = {
            "drop": [],
            "twice": [line, line],
            "cut": [line[:cut]],
            "junk": [line[:cut] + junk + line[cut:]],
            "indent": ["  " + line],
            "value": [line.partition(":")[0] + ": " + junk],
        }[kind] or [""]
    protocol, mistakes = load("\n".join(text).encode("utf-8", "surrogatepass"))
    assert (protocol is None) == bool(mistakes)
    assert all(1 <= m.line <= len(text) + 1 and m.problem and m.fix for m in mistakes)
