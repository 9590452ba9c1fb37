"""The proof of a file as a report: what was walked, what holds, which assumptions matter, what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rules.file.amendments import changes, plain
from rules.file.entries import Level
from rules.file.reading import Mistake
from rules.protocol import Protocol
from rules.proving.odds import Characteristics, characteristics, spoken_for, weights
from rules.proving.paths import Graph, TooManyPaths, count, graph, largest_enrolment, walk, written
from rules.proving.proof import Proof, load_proved
from rules.proving.properties import broken_properties, open_cells, rising_again, worst_mtd

HOLDS = {
    "one_clause": "Exactly one clause speaks in every reachable state, partial cohorts and pending included.",
    "ends": "Every path ends.",
    "cleared": "A level opens only from the level below, on outcomes that allow it whatever becomes of those "
    "still pending.",
    "maximum": "Never more subjects at a level than the file's maximum.",
    "monotone": "One more DLT never leads to a higher dose.",
}


def prove_all(data: bytes) -> tuple[Protocol | None, list[Mistake], Proof]:
    """As proof.load_proved, and the properties of every path hold too."""
    protocol, mistakes, proof = load_proved(data)
    if protocol is None:
        return None, mistakes, proof
    shortest = sorted(
        broken_properties(protocol, graph(protocol)), key=lambda x: len(x.problem), reverse=True
    )
    mistakes = sorted({(x.where, x.problem.split(":")[0]): x for x in shortest}.values())
    return (None if mistakes else protocol), mistakes, proof


def usual_rates(levels: int) -> tuple[float, ...]:
    """True DLT rates to look at where none are given: .1 .2 .3 and on, at most .9."""
    return tuple(round(min(0.1 * n, 0.9), 3) for n in range(1, levels + 1))


def with_levels(protocol: Protocol, number: int) -> Protocol:
    """The same clauses on that many levels; doses beyond the file's are only numbered."""
    made = [*protocol.levels[:number]]
    while len(made) < number:
        made.append(Level(len(made) + 1, made[-1].cells * 2, "not in the file"))
    return replace(protocol, levels=tuple(made))


def report(protocol: Protocol, proof: Proof, rates: Sequence[float]) -> dict[str, Any]:
    """What a proved file is told about itself; `rates` are true DLT rates, one a level."""
    found = graph(protocol)
    paths, unresolved = count(found)
    return {
        "ok": True,
        "trial": protocol.trial.id,
        "version": protocol.trial.version,
        "sha256": protocol.sha256,
        "states": proof.states,
        "clauses": len(protocol.clauses),
        "criteria": len(protocol.criteria),
        "assumptions": {a.id: a.chosen for a in protocol.assumptions},
        "paths": paths,
        "unresolved": unresolved,
        "largest_enrolment": largest_enrolment(found),
        "holds": dict.fromkeys(HOLDS, True),
        "truth": list(rates),
        "oc": said(characteristics(found, rates)),
        "rests_on": [weight.__dict__ for weight in weights(protocol, found, rates)],
        "open": [cell._asdict() for cell in open_cells(protocol, found)],
        "silent_clauses": list(proof.silent),
        "rises_again": rising_again(found),
        "most_toxic_mtd": worst_mtd(found),
    }


def cells_left_open(protocol: Protocol) -> list[str]:
    """The cells that even a broken file can be told of: outcomes at which no clause gives a step."""
    try:
        return [str(cell) for cell in open_cells(protocol, graph(protocol))]
    except TooManyPaths:
        return []


def said(found: Characteristics) -> dict[str, Any]:
    """Characteristics as JSON says them."""
    levels = zip(found.subjects, found.dlts, strict=True)
    return {
        "mtd": {str(level): float(odds) for level, odds in found.mtd.items()},
        "unresolved": float(found.unresolved),
        "subjects": float(sum(found.subjects)),
        "dlts": float(sum(found.dlts)),
        "per_level": [{"subjects": float(n), "dlts": float(d)} for n, d in levels],
    }


def listed(protocol: Protocol, found: Graph) -> list[dict[str, Any]]:
    """Every path in the field's notation, with its end and the assumptions that it rests on."""
    rows = []
    for places, branches in walk(found):
        end = branches[-1].mtd
        names = dict.fromkeys(name for branch in branches for name in spoken_for(branch))
        path = written(found, list(zip(places, branches, strict=True)))
        rows.append({"path": path, "end": f"MTD {end}" if end >= 0 else "refer", "assumptions": list(names)})
    return rows


def compared(this: Protocol, other: Protocol, rates: Sequence[float]) -> dict[str, Any]:
    """What changes from one proved file to another: readings, paths, characteristics, largest enrolment."""
    chosen = [{a.id: a.chosen for a in protocol.assumptions} for protocol in (this, other)]
    graphs = [graph(protocol) for protocol in (this, other)]
    figures = [
        {
            "paths": count(found)[0],
            "unresolved": count(found)[1],
            "largest_enrolment": largest_enrolment(found),
            **said(characteristics(found, (*rates, *usual_rates(9)[len(rates) :])[: len(protocol.levels)])),
        }
        for protocol, found in zip((this, other), graphs, strict=True)
    ]
    names = sorted(set(chosen[0]) | set(chosen[1]))
    return {
        "truth": list(rates),
        "file": [
            {**change.__dict__, "was": plain(change.was), "becomes": plain(change.becomes)}
            for change in changes(this, other)
            if change.section != "assumptions" or not change.field.startswith("chosen")
        ],
        "assumptions": {n: [c.get(n) for c in chosen] for n in names if chosen[0].get(n) != chosen[1].get(n)},
        "same": sorted(name for name in figures[0] if figures[0][name] == figures[1][name]),
        "changes": {
            name: [figures[0][name], figures[1][name]]
            for name in figures[0]
            if figures[0][name] != figures[1][name]
        },
    }
