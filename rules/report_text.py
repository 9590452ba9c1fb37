"""The proof report and the comparison as people read them, in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.protocol import Protocol
from rules.report import HOLDS


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
        f"What the file rests on where the registration is silent (true rates {_rates(found)})",
    ]
    lines += [_weight(protocol, weight) for weight in found["rests_on"]] or ["  nothing"]
    lines += ["", "What the file leaves open"]
    lines += [
        f"  {cell['dlts']}/{cell['evaluable']} at level {cell['level']}: {cell['path']}"
        for cell in found["open"]
    ]
    lines += [] if found["open"] else ["  nothing"]
    lines += ["", f"Operating characteristics (true rates {_rates(found)}, exact)", *_oc(found["oc"])]
    return "\n".join(lines)


def _rates(found: Mapping[str, Any]) -> str:
    return "/".join(f"{rate:g}" for rate in found["truth"])


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
    return [*lines, f"  {found['subjects']:.6f} subjects and {found['dlts']:.6f} DLTs expected"]


def comparison_text(found: Mapping[str, Any]) -> str:
    """The comparison of report.compared(), this file before the other."""
    lines = [f"True rates {_rates(found)}; this file -> the other"]
    for name, (here, there) in found["assumptions"].items():
        lines.append(f"  {name}: {here or 'not there'} -> {there or 'not there'}")
    for name, (here, there) in found["changes"].items():
        lines.append(f"  {name}: {_short(here)} -> {_short(there)}")
    lines += [f"  the same: {', '.join(found['same'])}"] if found["same"] else []
    return "\n".join(lines)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} {_short(number)}" for name, number in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    return f"{value:.6f}" if isinstance(value, float) else str(value)
