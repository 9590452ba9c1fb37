"""The rule that a score used, in Chinese: no English word is left of any line that the scores can say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from bot.toxicity.ruled import ruled
from rules.scores import acr_eular, criss, crs, ctcae, icans, rcriss
from rules.scores.core_set import EVENTS, LUNG, MEASURES
from rules.scores.given import read_record

NAMES = {
    "CRS", "ICANS", "ICE", "FVC", "LVEF", "HRCT", "Wood", "mmHg", "mmol", "mRSS", "HAQ", "DI", "QTc", "PaO",
    "SI", "exp", "ms",
}  # fmt: skip


def _line(module: Any, **record: Any) -> str:
    return str(module.compute(read_record(module.FIELDS, record)).rule)


def _said_by_scales() -> Iterator[str]:
    fever = {"temperature": 39, "hypotension": "yes", "vasopressin": "no", "oxygen": "none"}
    fever |= {"life_threatening": "no", "death": "no", "fever_explained": "no", "pressors": 1}
    for more in (
        {},
        {"temperature": 36, "fever_treated": "no"},
        {"fever_explained": "yes"},
        {"death": "yes"},
    ):
        yield _line(crs, **{**fever, **more})
    yield _line(crs, **{**fever, "hypotension": "no", "pressors": 0})
    yield _line(icans, death="yes")
    awake = {"ice": 10, "consciousness": "alert", "seizure": "none", "motor": "none", "oedema": "none"}
    yield _line(icans, **awake, death="no")
    for name, grades in {"ice": [7], **icans.DOMAINS}.items():
        for value in grades:
            yield _line(icans, **{**awake, name: value}, death="no")
    for exclusion in ("better_explained", "spares_fingers"):
        yield _line(acr_eular, **{exclusion: "yes"})
    items = dict.fromkeys((*acr_eular.ITEMS, "raynaud"), "yes")
    yield _line(acr_eular, **items, better_explained="no", spares_fingers="no")
    yield _line(acr_eular, **dict.fromkeys((*items, "better_explained", "spares_fingers"), "no"))


def _said_by_response() -> Iterator[str]:
    none = dict.fromkeys((*EVENTS, *LUNG), "no")
    measured = {f"{name}_{when}": 2 for name in MEASURES for when in ("baseline", "follow_up")}
    for module, event in product((criss, rcriss), ("", *EVENTS)):
        yield _line(module, **{**measured, **none, **({event: "yes"} if event else {})})
    fall = {"fvc_baseline": 90, "fvc_follow_up": 60, **dict.fromkeys(LUNG, "yes")}
    yield _line(criss, **{**measured, **none, **fall})
    yield _line(rcriss, **{**measured, **none, "mrss_baseline": 0})


def _said_by_numbers() -> Iterator[str]:
    for rule in ctcae.rules().values():
        yield rule.reads
        for limits in rule.grades.values():
            yield from (
                f"grade {grade}: {line}; value 3.6" for grade, lines in limits.items() for line in lines
            )
            yield f"below grade 1, which needs: {' or '.join(limits[min(limits)])}"
    yield _line(ctcae, term="Hypercalcemia (corrected)", value=2.9, unit="mmol/L", uln=2.5, albumin=30)


@pytest.mark.parametrize("said", [_said_by_scales, _said_by_response, _said_by_numbers])
def test_no_english_word_is_left(said: Any) -> None:
    lines = list(said())
    assert len(lines) >= 10
    for line in lines:
        left = set(re.findall(r"[A-Za-z]{2,}", ruled(line).in_("zh"))) - NAMES
        assert not left, json.dumps([line, ruled(line).in_("zh")], ensure_ascii=False)
        assert ruled(line).en == line


def test_the_numbers_of_a_rule_stay() -> None:
    line = "grade 2: value > 3 * uln and baseline <= uln; value 60 U/L"
    assert ruled(line).in_("zh") == "2级：测量值 > 3 * 正常值上限 且 基线 <= 正常值上限；测量值 60 U/L"
