"""What each verb of `python -m rules` answers: a JSON object or a text; Refused says what is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rules.file.load import load
from rules.file.reading import Mistake
from rules.protocol import Protocol
from rules.proving.paths import Graph, TooManyPaths, count, graph

if TYPE_CHECKING:
    from rules.proving.proof import Proof

MOST_LEVELS, MOST_LISTED = 12, 100_000


class Refused(Exception):
    """What was asked cannot be answered; str() is what the person reads."""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}. Name a file that can be read.") from error


def _sound(protocol: Protocol | None, mistakes: Iterable[Mistake]) -> Protocol:
    said = "\n".join(str(mistake) for mistake in mistakes)
    if protocol is None or said:
        raise Refused(said)
    return protocol


def _proved(path: Path) -> tuple[Protocol, Proof]:
    from rules.proving.report import prove_all

    protocol, mistakes, proof = prove_all(_read(path))
    if protocol is None:
        raise Refused("\n".join([*map(str, mistakes), *_left_open(path)]))
    return protocol, proof


def _left_open(path: Path) -> list[str]:
    from rules.proving.report import cells_left_open

    protocol, mistakes = load(_read(path))
    cells = cells_left_open(protocol) if protocol and not mistakes else []
    return [f"cells that the file leaves open: {'; '.join(cells)}"] if cells else []


def check(asked: argparse.Namespace) -> dict[str, Any] | str:
    """The proof of a file, or what changes with another one."""
    from rules.proving.report import compared, report, usual_rates
    from rules.proving.report_text import comparison_text, report_text

    protocol, proof = _proved(asked.protocol)
    levels = len(protocol.levels)
    rates = _rates(asked.truth, levels) if asked.truth else usual_rates(levels)
    if asked.compare:
        changes = compared(protocol, _other(asked.compare), rates)
        return comparison_text(changes) if asked.text else changes
    found = report(protocol, proof, rates)
    return report_text(protocol, found) if asked.text else found


def _other(path: Path) -> Protocol:
    """The file to compare with, whose mistakes say which file they are in."""
    try:
        return _proved(path)[0]
    except Refused as error:
        raise Refused("\n".join(f"{path}: {line}" for line in str(error).split("\n"))) from error


def _rates(text: str, levels: int, where: str = "") -> tuple[float, ...]:
    try:
        rates = tuple(float(word) for word in text.split(","))
    except ValueError:
        rates = ()
    if len(rates) != levels or not all(0 <= rate <= 1 for rate in rates):
        raise Refused(
            f"{where}`{text[:60]}`: write {levels} DLT rates from 0 to 1, one a level, like 0.1,0.2,0.3"
        )
    return rates


def _on_levels(asked: argparse.Namespace) -> Protocol:
    from rules.proving.report import with_levels

    protocol = _sound(*load(_read(asked.protocol)))
    if asked.levels is None:
        return protocol
    if not 1 <= asked.levels <= MOST_LEVELS:
        raise Refused(f"--levels {asked.levels}: write a number from 1 to {MOST_LEVELS}")
    return with_levels(protocol, asked.levels)


def _graph(protocol: Protocol) -> Graph:
    try:
        return graph(protocol)
    except TooManyPaths as error:
        raise Refused(f"{error}. Run `python -m rules check` on this file.") from error


def paths(asked: argparse.Namespace) -> dict[str, Any]:
    """How many paths there are, and on request each of them."""
    from rules.proving.report import listed

    protocol = _on_levels(asked)
    found = _graph(protocol)
    number, unresolved = count(found)
    answer = {"levels": len(protocol.levels), "paths": number, "unresolved": unresolved}
    if not asked.list:
        return answer
    if number > MOST_LISTED:
        raise Refused(f"{number:,} paths are too many to list; at most {MOST_LISTED:,}")
    return {**answer, "list": listed(protocol, found)}


def oc(asked: argparse.Namespace) -> dict[str, Any]:
    """Exact operating characteristics at true rates."""
    from rules.proving.odds import characteristics
    from rules.proving.report import said

    protocol = _on_levels(asked)
    found, levels = _graph(protocol), len(protocol.levels)
    if not asked.truth.startswith("@"):
        return said(characteristics(found, _rates(asked.truth, levels)))
    name = asked.truth[1:]
    lines = _read(Path(name)).decode("utf-8", "replace").splitlines()
    numbered = [(f"{name}, line {at}: ", line.strip()) for at, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise Refused(f"{name}: the file is empty; write one line of rates a vector")
    return _many(found, [_rates(line, levels, where) for where, line in numbered])


def _many(found: Graph, vectors: list[tuple[float, ...]]) -> dict[str, Any]:
    """All vectors at once; the results stand in the order of the file's lines."""
    import numpy

    from rules.proving.odds import Characteristics, characteristics
    from rules.proving.report import said

    every = characteristics(found, list(numpy.array(vectors).T))
    whole = numpy.ones(len(vectors))
    mtd = {level: odds * whole for level, odds in every.mtd.items()}
    results = [
        Characteristics(
            {level: odds[at] for level, odds in mtd.items()},
            (every.unresolved * whole)[at],
            tuple((n * whole)[at] for n in every.subjects),
            tuple((n * whole)[at] for n in every.dlts),
        )
        for at in range(len(vectors))
    ]
    return {"vectors": len(vectors), "results": [said(result) for result in results]}


def next_step(asked: argparse.Namespace) -> dict[str, Any]:
    """What follows from outcomes in the field's notation."""
    from rules.escalation import judge
    from rules.notation import BadNotation, read_outcomes

    protocol = _sound(*load(_read(asked.protocol)))
    try:
        decision = judge(protocol, read_outcomes(asked.outcomes, protocol))
    except BadNotation as error:
        raise Refused(str(error)) from error
    names = ("action", "level", "slots", "escalation", "clauses", "assumptions", "because")
    return {name: getattr(decision, name) for name in names}


def screen(asked: argparse.Namespace) -> dict[str, Any]:
    """The verdict on a file of answers."""
    from rules.file.screening_file import BadAnswers, screen
    from rules.file.units import check_units

    protocol = _sound(*load(_read(asked.protocol)))
    _sound(protocol, check_units(protocol.facts))
    try:
        return screen(protocol, _read(Path(asked.answers)), datetime.now(UTC))
    except BadAnswers as error:
        raise Refused(str(error)) from error


def score(asked: argparse.Namespace) -> Any:
    """The score of a record, a list of them for several, or the fields that a score reads."""
    from rules.scores.file import SCALES, answer_file, fields_of
    from rules.scores.given import BadRecord

    if asked.name not in SCALES:
        raise Refused(f"`{asked.name[:40]}` is no score; scores: {', '.join(SCALES)}")
    if asked.fields:
        return fields_of(asked.name)
    if asked.input is None:
        raise Refused(f"name a file of records, or see `python -m rules score {asked.name} --fields`")
    try:
        return answer_file(asked.name, _read(asked.input))
    except BadRecord as error:
        raise Refused(f"{error}. See `python -m rules score {asked.name} --fields`.") from error
