"""The proof report: what holds is checked, what breaks comes with a path, what changes is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules.__main__ import main
from rules.protocol import Protocol
from rules.proving.cohorts import graph
from rules.proving.properties import broken_properties, open_cells
from rules.proving.report import cells_left_open, compared, prove_all, report, usual_rates, with_levels
from rules.proving.report_text import comparison_text, report_text
from tests.rules.files import TEXT, changed, in_entry, protocol_of, switched, without_clause

EXAMPLE = (Path(__file__).resolve().parents[3] / "examples" / "storer.yaml").read_text("utf-8")


def mistakes(text: str) -> list[str]:
    protocol, found, _ = prove_all(text.encode())
    assert (protocol is None) == bool(found)
    return [str(mistake) for mistake in found]


def test_the_shipped_file_holds_everything(protocol: Protocol) -> None:
    proved, found, proof = prove_all(TEXT.encode())
    assert proved is not None
    assert found == []
    said = report(proved, proof, usual_rates(3))
    assert (said["paths"], said["unresolved"], said["largest_enrolment"], said["open"]) == (154, 0, 18, [])
    assert set(said["holds"].values()) == {True}
    assert (said["rises_again"], said["silent_clauses"]) == ("", [])
    worst = said["most_toxic_mtd"]
    assert (worst["level"], worst["dlts"], worst["evaluable"], worst["path"]) == (1, 1, 6, "1NNT 1NNN 2NTT")
    assert [row["assumption"] for row in said["rests_on"]] == ["A3", "A2", "A8", "A5", "A7"]
    assert said["oc"]["mtd"]["2"] == pytest.approx(0.344331, abs=5e-7)
    assert json.loads(json.dumps(said)) == said


def test_the_report_for_people_gives_the_figures() -> None:
    proved, _, proof = prove_all(TEXT.encode())
    assert proved is not None
    told = report_text(proved, report(proved, proof, (0.1, 0.2, 0.3)))
    for words in (
        "A3 (above-mtd) first in 31.8 %",
        "first in 26.1 %",
        "first in 22.0 %",
        "154 paths",
        "yes  Every",
    ):
        assert words in told


# ------------------------------------------------------------------ properties that break
def test_a_dlt_more_that_leads_to_more_comes_with_its_path() -> None:
    text = in_entry("clause: two-in-six", "then: close", "then: declare_mtd\n      at: here")
    text = in_entry("clause: more-than-one-of-three-more", "then: close", "then: escalate", text)
    text = in_entry("clause: more-than-one-of-three-more", "not reduced", "not reduced and not highest", text)
    found = list(broken_properties(protocol_of(text), graph(protocol_of(text))))
    assert any("one more DLT leads to a higher dose: 1NN" in str(mistake) for mistake in found)
    assert all(mistake.line > 1 for mistake in found)


def test_a_partial_cohort_counts_as_well_as_a_whole_one() -> None:
    """With one DLT the level stays, with two it would go up: that shows before all three are done."""
    text = in_entry("clause: two-in-three", "then: close", "then: escalate")
    text = in_entry("clause: two-in-three", "dlts >= 2", "dlts >= 2 and not highest", text)
    found = [str(m) for m in broken_properties(protocol_of(text), graph(protocol_of(text)))]
    assert any("1TP and then N or T" in mistake or "1T and then N or T" in mistake for mistake in found)


@pytest.mark.parametrize(
    ("clause", "then", "path"),
    [
        ("none-in-three", "then: close", "1NN and then N or T"),  # 0/3 ends the trial, 1/3 lets it go on
        ("top-none-in-three", "then: declare_mtd\n      at: below", "1NNN 2NNN 3NN and then N or T"),
    ],
)
def test_a_step_that_ends_the_trial_is_no_higher_than_one_after_a_dlt_more(
    clause: str, then: str, path: str
) -> None:
    was = "then: escalate" if clause == "none-in-three" else "then: expand"
    found = mistakes(in_entry(f"clause: {clause}", was, then))
    assert len(found) == 1 and f"higher dose: {path}" in found[0], found


def test_a_higher_dose_that_comes_later_counts_too() -> None:
    """One DLT in three repeats the level as none does; only then it goes up."""
    text = in_entry("clause: none-in-three", "then: escalate", "then: declare_mtd\n      at: here")
    found = mistakes(text)
    assert any("leads to a higher dose later: 1NN and then N or T" in mistake for mistake in found), found


@pytest.mark.parametrize("action", ["wait", "assess"])
def test_a_file_that_waits_for_nobody_does_not_end(action: str) -> None:
    text = in_entry("clause: top-cleared", "then: declare_mtd\n      at: here", f"then: {action}")
    [mistake] = mistakes(text)
    assert "clause top-cleared" in mistake and "nobody is" in mistake and "3NNN" in mistake


def test_what_is_no_mistake_is_worth_knowing() -> None:
    text = in_entry("clause: cleared-after-reduction", "then: declare_mtd\n      at: here", "then: escalate")
    proved, found, proof = prove_all(text.encode())
    assert proved is not None, found
    told = report_text(proved, report(proved, proof, (0.1, 0.2, 0.3)))
    assert "the dose can rise again: 1N" in told


def test_a_clause_that_never_speaks_is_named() -> None:
    one = TEXT[
        TEXT.index("    - clause: top-cleared\n") : TEXT.index("    - clause: cleared-after-reduction\n")
    ]
    never = one.replace("clause: top-cleared", "clause: never").replace("dlts <= 1", "dlts == 99")
    proved, found, proof = prove_all(changed((one, one + never)).encode())
    assert proved is not None, found
    assert proof.silent == ("never",)
    assert "clauses that never speak: never" in report_text(proved, report(proved, proof, (0.1, 0.2, 0.3)))


def test_more_subjects_than_the_maximum_are_a_mistake_with_a_path() -> None:
    found = mistakes(changed(("  maximum: 6\n", "  maximum: 5\n")))
    assert len([m for m in found if "`maximum` is 5" in m]) >= 1
    assert any("6 subjects can be enrolled at level 1" in m for m in found)


def test_a_missing_clause_gives_a_path_and_the_open_cells() -> None:
    text = without_clause("two-in-six")
    assert any("no clause speaks" in mistake and "1NNT 1NNT" in mistake for mistake in mistakes(text))
    cells = cells_left_open(protocol_of(text))
    assert [cell.split(" (")[0] for cell in cells] == [f"2/6 at level {level}" for level in (1, 2, 3)]


def test_a_clause_that_refers_leaves_its_cells_open_and_named() -> None:
    text = switched("A7", "amendment")
    assert mistakes(text) == []
    cells = open_cells(protocol_of(text), graph(protocol_of(text)))
    assert {cell.level for cell in cells} == {1}
    assert {cell.clauses[-1] for cell in cells} == {"lower-level-by-amendment"}
    proved, _, proof = prove_all(text.encode())
    assert proved is not None
    assert "2/3 at level 1: 1NTT" in report_text(proved, report(proved, proof, (0.1, 0.2, 0.3)))


def test_a_file_without_end_has_no_list_of_cells() -> None:
    assert cells_left_open(with_levels(protocol_of(), 2_000)) == []


# ------------------------------------------------------------------ comparing
def test_the_same_file_changes_nothing(protocol: Protocol) -> None:
    same = compared(protocol, protocol, (0.1, 0.2, 0.3))
    assert (same["changes"], same["assumptions"]) == ({}, {})


@pytest.mark.parametrize(
    ("assumption", "reading", "changes"),
    [
        ("A2", "stop", {"paths", "mtd", "subjects", "dlts", "per_level"}),
        ("A3", "mtd", {"paths", "mtd", "subjects", "dlts", "per_level"}),
        ("A5", "more", set[str]()),
        ("A8", "declare", {"paths", "mtd", "subjects", "dlts", "per_level"}),
        ("A12", "through-day-29", set[str]()),
    ],
)
def test_one_line_switches_a_reading_and_the_comparison_says_what_changes(
    protocol: Protocol, assumption: str, reading: str, changes: set[str]
) -> None:
    text = switched(assumption, reading)
    assert sum(a != b for a, b in zip(text.split("\n"), TEXT.split("\n"), strict=True)) == 1
    other, found, _ = prove_all(text.encode())
    assert (other is None, found) == (False, [])
    assert other is not None
    said = compared(protocol, other, (0.1, 0.2, 0.3))
    assert list(said["assumptions"]) == [assumption]
    assert changes <= set(said["changes"])
    assert reading in comparison_text(said)


def test_doses_and_windows_that_differ_are_said(protocol: Protocol) -> None:
    other = protocol_of(changed(("cells: 2.0e+8", "cells: 9.0e+8"), ("\n  days: 28", "\n  days: 42")))
    said = compared(protocol, other, (0.1, 0.2, 0.3))
    assert [(c["section"], c["field"], c["was"], c["becomes"]) for c in said["file"]] == [
        ("dose", "cells", 2e8, 9e8),
        ("window", "days", 28, 42),
    ]
    assert "window days: 28 -> 42" in comparison_text(said)
    many = compared(protocol, protocol_of(EXAMPLE), (0.1, 0.2, 0.3))
    assert "more places of the file" in comparison_text(many)


def test_files_of_different_levels_compare(protocol: Protocol) -> None:
    said = compared(protocol, with_levels(protocol, 4), (0.1, 0.2, 0.3))
    assert said["changes"]["paths"] == [154, 442]
    assert len(said["changes"]["per_level"][1]) == 4


# ------------------------------------------------------------------ on the command line
def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_paths_and_oc_print_one_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, "paths", "--levels", "2", "--list")
    said = json.loads(out)
    assert (code, err, said["levels"], said["paths"], said["unresolved"]) == (0, "", 2, 46, 0)
    assert len(said["list"]) == 46
    assert {"path": "1NNT 1NNT", "end": "MTD 0", "assumptions": ["A3", "A7"]} in said["list"]
    rates = tmp_path / "rates.txt"
    rates.write_text("0.1,0.2,0.3\n0.5,0.5,0.5\n")
    many = json.loads(run(capsys, "oc", "--truth", f"@{rates}")[1])
    assert many["vectors"] == 2
    for at, line in enumerate(("0.1,0.2,0.3", "0.5,0.5,0.5")):
        alone = json.loads(run(capsys, "oc", "--truth", line)[1])
        assert many["results"][at]["mtd"] == pytest.approx(alone["mtd"])
        assert list(alone) == ["mtd", "unresolved", "subjects", "dlts", "per_level"]


@pytest.mark.parametrize(
    "words",
    [
        ["oc", "--truth", "0.1,0.2"], ["oc", "--truth", "a,b,c"], ["oc", "--truth", "0.1,0.2,1.3"],
        ["oc", "--truth", "nan,0.2,0.3"], ["oc", "--truth", ""], ["oc"], ["oc", "--truth", "@/no/such/file"],
        ["oc", "--truth", "@/dev/null"], ["paths", "--levels", "0"], ["paths", "--levels", "x"],
        ["paths", "--levels", "13"], ["paths", "--levels", "12", "--list"], ["check", "--truth", "0.1"],
        ["check", "/no/such/file"], ["check", "--compare", "/no/such/file"],
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_line_on_standard_error(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Traceback" not in err


def test_check_compares_and_reports_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(switched("A8", "declare"))
    said = json.loads(run(capsys, "check", "--compare", str(other))[1])
    assert said["changes"]["paths"] == [154, 118]
    assert "A8: expand -> declare" in run(capsys, "check", "--compare", str(other), "--text")[1]
    assert "What holds" in run(capsys, "check", "--text", "--truth", "0.1,0.1,0.1")[1]


def test_a_broken_file_is_told_its_open_cells(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(without_clause("two-in-six"))
    code, out, err = run(capsys, "check", str(broken))
    assert (code, out) == (2, "")
    assert "cells that the file leaves open: 2/6 at level 1 (1NNT 1NNT)" in err
    looping = in_entry("clause: three-more", "opened == 6", "opened >= 6")
    looping = in_entry(
        "clause: one-in-six", "opened == 6 and evaluable == 6", "opened >= 6 and evaluable == opened", looping
    )
    broken.write_text(in_entry("clause: one-in-six", "then: escalate", "then: expand", looping))
    assert run(capsys, "paths", "--protocol", str(broken))[0] == 2


def test_the_readme_shows_the_report_of_the_shipped_file(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    shown = readme.split("<!-- proof -->\n```\n")[1].split("\n```\n<!-- end of proof -->")[0]
    assert run(capsys, "check", "--text")[1].rstrip() == shown


def test_paths_are_counted_without_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(run(capsys, "paths")[1]) == {"levels": 3, "paths": 154, "unresolved": 0}
