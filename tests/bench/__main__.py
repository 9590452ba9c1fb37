"""make bench: prints one JSON object of figures and ratios, all measured in this run on this machine."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy

from rules import clauses
from rules.escalation import decide
from rules.events import Consented, Entry, Infused, LevelOpened, SlotHeld, WindowAssessed
from rules.protocol import Protocol
from rules.proving import cohorts
from rules.proving.odds import characteristics
from rules.proving.paths import count, graph
from rules.proving.report import usual_rates, with_levels
from rules.trial import replay
from tests.bench.plain_enumeration import Enumeration
from tests.rules.files import protocol_of
from tests.speech.said import parsed, rows

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def together(*runs: Callable[[], object], times: int) -> list[float]:
    """The median seconds of each run, measured in turn so that what slows one slows the others."""
    found: list[list[float]] = [[] for _ in runs]
    for _ in range(times):
        for seconds, run in zip(found, runs, strict=True):
            started = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - started)
    return [statistics.median(seconds) for seconds in found]


def cold(protocol: Protocol) -> None:
    """Forget every ruling, so that the clauses are evaluated anew."""
    cohorts.turn.cache_clear()
    clauses.rule_on.cache_clear()


def enumerating(levels: int) -> dict[str, float]:
    """All paths and their odds from the clauses, beside the same by hand."""
    rates, protocol = usual_rates(levels), with_levels(protocol_of(), levels)

    def ours() -> None:
        cold(protocol)
        characteristics(graph(protocol), rates)

    def ours_warm() -> None:
        characteristics(graph(protocol), rates)

    def by_hand() -> None:
        Enumeration(rates)

    hand = Enumeration(rates)
    assert len(hand.paths) == count(graph(protocol))[0]
    first, again, plain = together(ours, ours_warm, by_hand, times=200)
    return {
        "paths": len(hand.paths), "ms": 1e3 * first, "ms_clauses_remembered": 1e3 * again,
        "by_hand_ms": 1e3 * plain, "ratio": first / plain, "ratio_clauses_remembered": again / plain,
    }  # fmt: skip


def vectors(number: int = 10_000) -> dict[str, float]:
    """Microseconds a vector of true rates, all at once, the graph of paths included."""
    protocol = protocol_of()
    rates = list(numpy.random.default_rng(1).uniform(0.01, 0.6, (3, number)))

    def every() -> None:
        characteristics(graph(protocol), rates)

    (seconds,) = together(every, times=20)
    return {"vectors": number, "us_each": 1e6 * seconds / number, "limit_us": 14.0}


def deciding() -> dict[str, float]:
    """A decision on the log of a trial of 18 subjects, nothing remembered: replayed and decided."""
    protocol, log = protocol_of(), _log()
    trial = replay(protocol, log)

    def fold() -> None:
        replay(protocol, log)

    def rule() -> None:
        cold(protocol)
        decide(protocol, trial, NOW + timedelta(days=400))

    folded, decided = together(fold, rule, times=300)
    return {"subjects": len(trial.subjects), "decision_ms": 1e3 * decided, "replay_ms": 1e3 * folded}


def _log() -> list[Entry]:
    events: list[object] = []
    for number in range(18):
        at = NOW + timedelta(days=20 * number)
        level, code = (1, 1, 2, 2, 3, 3)[number // 3], f"CD7-{number + 1:03}"
        if number in (6, 12):
            events.append(LevelOpened(level, 3, "escalate", at))
        elif number in (3, 9, 15):
            events.append(LevelOpened(level, 3, "expand", at))
        cells = protocol_of().level(level).cells
        events += [Consented(code, at), SlotHeld(code, level, at), Infused(code, level, cells, True, at)]
        events.append(WindowAssessed(code, at + timedelta(days=30)))
    return [Entry(n, event, entered_at=event.at) for n, event in enumerate(events, 1)]  # type: ignore[attr-defined,arg-type]


def starting() -> dict[str, float]:
    """`python -m rules next` as a process, beside Python with rule-engine imported."""

    def run(*words: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True)

    runs = run("-m", "rules", "next", "1NNN 2NNT"), run("-c", "import rule_engine"), run("-c", "pass")
    ours, bare, python = together(*runs, times=15)
    return {"next_s": ours, "rule_engine_s": bare, "python_s": python, "ratio": ours / bare}


def parsing() -> dict[str, float]:
    """Milliseconds of CPU to parse each written-down utterance."""
    spent = []
    every = [row for language in ("en", "zh") for row in rows(language)]
    parsed(every[0])
    for row in every * 3:
        before = time.process_time()
        parsed(row)
        spent.append(1e3 * (time.process_time() - before))
    spent.sort()
    return {
        "utterances": len(every),
        "median_ms": spent[len(spent) // 2],
        "p95_ms": spent[int(len(spent) * 0.95)],
    }


def main() -> None:
    """Measure and print."""
    print(
        json.dumps(
            {
                "enumerate_3_levels": enumerating(3),
                "enumerate_5_levels": enumerating(5),
                "truth_vectors": vectors(),
                "decision": deciding(),
                "next_process": starting(),
                "parse": parsing(),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
