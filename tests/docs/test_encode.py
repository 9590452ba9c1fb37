"""The amended clauses of docs/encode-your-protocol.md: a replaced subject had a DLT, the trial goes on."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from rules import events as e
from rules.protocol import Protocol
from tests.rules.files import changed, protocol_of
from tests.rules.logs import DAY, START, Record, played

DOCS = Path(__file__).resolve().parents[2] / "docs" / "encode-your-protocol.md"
GUARD = "      when: overfilled and not (contradicted and dlts_at_step > 0)\n"
PLACE = "    - clause: two-in-three\n"


@pytest.fixture(scope="module")
def amended() -> Protocol:
    """The shipped file with what the section says put in."""
    section = DOCS.read_text("utf-8").split("## When the bot says")[1].split("\n## ")[0]
    guard, clauses = re.findall(r"```yaml\n(.*?)```", section, re.S)
    return protocol_of(changed((GUARD, guard), (PLACE, clauses + PLACE)))


def late(record: Record, code: str, days: float = 2) -> tuple[str, int]:
    """The decision once a DLT of somebody who left is learnt."""
    given = record.subject(code).infusion
    assert given is not None
    record.add(e.DltConfirmed(code, 0, given.at + timedelta(days=days)))
    return record.decision.key


@pytest.mark.parametrize(
    ("outcomes", "code", "then"),
    [
        ("1XNPP", "CD7-001", ("wait", 1)),
        ("1XNNN", "CD7-001", ("expand", 1)),
        ("1NNT 1XPPP", "CD7-004", ("declare_mtd", 0)),
        ("1NNT 1XNNN", "CD7-004", ("declare_mtd", 0)),
        ("1NNN 2NNN 3NNN 3XNNN", "CD7-010", ("declare_mtd", 3)),
        ("1NNN 2TT 1XNNN", "CD7-006", ("declare_mtd", 1)),
        ("1NNNN", "CD7-001", ("refer", 1)),
    ],
)
def test_the_trial_goes_on_under_the_amended_file_and_not_under_ours(
    amended: Protocol, outcomes: str, code: str, then: tuple[str, int]
) -> None:
    assert late(played(protocol_of(), outcomes), code)[0] == "refer"
    assert late(played(amended, outcomes), code) == then


def test_a_window_that_is_over_is_assessed_and_the_level_filled_to_six(amended: Protocol) -> None:
    record = played(amended, "1XNPP")
    late(record, "CD7-001")
    record.now = START + 60 * DAY
    assert record.decision.key == ("assess", 1)
    for code in ("CD7-003", "CD7-004"):
        record.clears(code)
    assert record.decision.key == ("expand", 1)
    record.opens()
    assert (record.decision.key, record.decision.slots) == (("enrol", 1), 2)
    for code in [record.doses(1) for _ in range(2)]:
        record.clears(code)
    assert record.decision.key == ("escalate", 2)
