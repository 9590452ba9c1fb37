"""The proof report and the comparison as people read them, in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.protocol import Protocol
from rules.proving.report import HOLDS

MOST_PLACES, WIDEST = 40, 90


def report_text(protocol: Protocol, found: Mapping[str, Any]) -> str:
    """The report of report.report() in lines of at most about 110 characters."""
    head = f"{found['trial']} version {found['version']}, sha256 {found['sha256'][:12]}: proved."
    lines = [head, "", "What was walked"]
    lines += [
        f"  {found['states']:,} states, {found['clauses']} clauses, {found['criteria']} criteria",
        f"  {found['paths']:,} paths of complete cohorts, {found['unresolved']:,} of them without an answer",
        f"  at most {found['largest_enrolment']} evaluable subjects on a path",
        "",
        "What holds",
        *(f"  yes  {says}" for says in HOLDS.values()),
        "",
        "Worth knowing",
        *_notes(found),
        "",
        "What the file rests on where the registration is silent and it has another reading to choose",
        f"(true rates {_rates(found)})",
    ]
    lines += [_weight(protocol, weight) for weight in found["rests_on"]] or ["  nothing"]
    lines += ["", "What the file leaves open"]
    lines += [
        f"  {cell['dlts']}/{cell['evaluable']} at level {cell['level']}: {cell['path']}"
        for cell in found["open"]
    ]
    lines += [] if found["open"] else ["  nothing"]
    lines += [
        "",
        f"Operating characteristics (true rates {_rates(found)}, exact, complete cohorts)",
        *_oc(found["oc"]),
    ]
    return "\n".join(lines)


def _rates(found: Mapping[str, Any]) -> str:
    return "/".join(f"{rate:g}" for rate in found["truth"])


def _notes(found: Mapping[str, Any]) -> list[str]:
    """What is no mistake, and a reader of the file should know."""
    worst, again, silent = found["most_toxic_mtd"], found["rises_again"], found["silent_clauses"]
    most = (
        "on {dlts} DLT(s) in {evaluable} at most: level {level}, {path}".format(**worst) if worst else "never"
    )
    lines = [
        f"  an MTD is declared {most}",
        f"  after a reduction the dose {f'can rise again: {again}' if again else 'never rises again'}",
    ]
    return [*lines, f"  clauses that never speak: {', '.join(silent)}"] if silent else lines


def _weight(protocol: Protocol, weight: Mapping[str, Any]) -> str:
    assumption = protocol.assumption(weight["assumption"])
    situation = assumption.situation.en if assumption else ""
    chosen = assumption.chosen if assumption else ""
    first, ever = 100 * weight["first"], 100 * weight["ever"]
    return f"  {weight['assumption']:>3} ({chosen}) first in {first:.1f} %, ever in {ever:.1f} %: {situation}"


def _oc(found: Mapping[str, Any]) -> list[str]:
    lines = []
    for level, odds in found["mtd"].items():
        name = "no MTD " if level == "0" else f"level {level}"
        here = found["per_level"][int(level) - 1] if level != "0" else None
        more = f", {here['subjects']:.2f} subjects, {here['dlts']:.2f} DLTs" if here else ""
        lines.append(f"  {name}: MTD with probability {odds:.6f}{more}")
    if found["unresolved"]:
        lines.append(f"  the clauses name nobody with probability {found['unresolved']:.6f}")
    return [*lines, f"  {found['subjects']:.6f} subjects and {found['dlts']:.6f} DLTs expected"]


def comparison_text(found: Mapping[str, Any]) -> str:
    """The comparison of report.compared(), this file before the other."""
    lines = [f"True rates {_rates(found)}; this file -> the other"]
    for name, (here, there) in found["assumptions"].items():
        lines.append(f"  {name}: {here or 'not there'} -> {there or 'not there'}")
    for name, (here, there) in found["changes"].items():
        lines.append(f"  {name}: {_short(here)} -> {_short(there)}")
    for place in found["file"][:MOST_PLACES]:
        name = " ".join(filter(None, (place["section"], place["entry"], place["field"])))
        lines.append(f"  {name}: {_place(place['was'])} -> {_place(place['becomes'])}")
    more = len(found["file"]) - MOST_PLACES
    lines += [f"  and {more} more places of the file; without --text all are said"] if more > 0 else []
    lines += [f"  the same: {', '.join(found['same'])}"] if found["same"] else []
    return "\n".join(lines)


def _place(value: Any) -> str:
    """What stands at a place of the file, cut where it is long."""
    said = "not there" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return said if len(said) <= WIDEST else said[: WIDEST - 3] + "..."


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} {_short(number)}" for name, number in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    return f"{value:.6f}" if isinstance(value, float) else str(value)
