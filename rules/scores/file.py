"""INPUT.json -> {"result", "inputs", "rule", "source"}; several records in one file give a list."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rules.scores import acr_eular, criss, crs, ctcae, icans, nca, rcriss
from rules.scores.given import BadRecord, Field, Given, Missing, NotDefined, Score, plain, read_record, said

MOST_RECORDS, MOST_BYTES, MOST_MISTAKES = 10_000, 10_000_000, 20


@dataclass(frozen=True)
class Scale:
    """One score: its fields, its source, and the function that answers (raising Missing or NotDefined)."""

    fields: tuple[Field, ...]
    source: str
    compute: Callable[[Given], Score]


SCALES = {
    "ctcae": Scale(ctcae.FIELDS, ctcae.SOURCE, ctcae.compute),
    "crs": Scale(crs.FIELDS, crs.SOURCE, crs.compute),
    "icans": Scale(icans.FIELDS, icans.SOURCE, icans.compute),
    "acr-eular": Scale(acr_eular.FIELDS, acr_eular.SOURCE, acr_eular.compute),
    "criss": Scale(criss.FIELDS, criss.SOURCE, criss.compute),
    "rcriss": Scale(rcriss.FIELDS, rcriss.SOURCE, rcriss.compute),
    "nca": Scale(nca.FIELDS, nca.SOURCE, nca.compute),
}


def answer(name: str, record: Any) -> Score:
    """The score `name` of one record; what is missing or not defined is said as the result."""
    scale = SCALES[name]
    given = read_record(scale.fields, record)
    try:
        return scale.compute(given)
    except (Missing, NotDefined) as why:
        return Score(f"cannot be computed: {why}", given.values, "not applied", scale.source)


def answer_file(name: str, data: bytes) -> dict[str, Any] | list[dict[str, Any]]:
    """One answer, or a list of them for a list of records; BadRecord is one line with every mistake."""
    content = _parse(data)
    if not isinstance(content, list):
        return _shown(answer(name, content))
    if not 0 < len(content) <= MOST_RECORDS:
        raise BadRecord(f"{len(content):,} records; write 1 to {MOST_RECORDS:,}")
    answers, mistakes = [], []
    for number, record in enumerate(content, 1):
        try:
            answers.append(_shown(answer(name, record)))
        except BadRecord as error:
            mistakes.append(f"record {number}: {error}")
            if len(mistakes) == MOST_MISTAKES and number < len(content):
                mistakes.append(f"records from {number + 1:,} on are not read")
                break
    if mistakes:
        raise BadRecord(" | ".join(mistakes))
    return answers


def fields_of(name: str) -> dict[str, Any]:
    """The fields of a score: {"name", "fields": [...], "source"}."""
    scale = SCALES[name]
    return {"name": name, "fields": [field.shown() for field in scale.fields], "source": scale.source}


def _shown(score: Score) -> dict[str, Any]:
    return {
        "result": plain(score.result),
        "inputs": plain(score.inputs),
        "rule": score.rule,
        "source": score.source,
    }


def _parse(data: bytes) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if twice := [name for name in names if names.count(name) > 1]:
            raise BadRecord(f"`{said(twice[0])}` is written twice; keep one of the two")
        return dict(pairs)

    def no_number(word: str) -> Any:
        raise BadRecord(f"`{word}` is no number")

    if len(data) > MOST_BYTES:
        raise BadRecord(f"the file has {len(data):,} bytes; at most {MOST_BYTES:,} are read")
    try:
        return json.loads(data, object_pairs_hook=once, parse_float=Decimal, parse_constant=no_number)
    except BadRecord:
        raise
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadRecord(f"not JSON: {said(error)}; write an object or a list of objects") from error
