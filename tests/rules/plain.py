"""The standard 3+3 with the registered defaults, written from the registration and not from the code.

A trial is a list of openings (level, letters); letters are N, T, P, X in the order of enrolment.
"""

from __future__ import annotations

from itertools import pairwise

Openings = list[tuple[int, str]]


def plain(openings: Openings, top: int) -> tuple[str, int, int, str]:
    """(action, level, slots, escalation) by the plain table."""
    level = openings[-1][0]
    here = "".join(letters for at, letters in openings if at == level)
    below = "".join(letters for at, letters in openings if at == level - 1)
    groups = sum(at == level for at, _ in openings)
    reduced = any(b < a for (a, _), (b, _) in pairwise(openings))
    escalation = "stopped" if reduced else "open"
    dlts, pending = here.count("T"), here.count("P")
    evaluable = here.count("N") + dlts
    free = 3 * groups - evaluable - pending
    if dlts >= 2:  # escalation is over; the level is above the MTD
        if level == 1:
            return "declare_mtd", 0, 0, "stopped"
        six = below.count("N") + below.count("T") >= 6
        return ("declare_mtd", level - 1, 0, "stopped") if six else ("reduce", level - 1, 3, "stopped")
    if free:
        return "enrol", level, free, escalation
    if pending:
        return "wait", level, 0, escalation
    if reduced:  # at most 1 in 6
        return "declare_mtd", level, 0, "stopped"
    if groups == 1 and dlts == 1:  # 1 in 3
        return "expand", level, 3, escalation
    if level == top:  # the highest level is filled to six
        return ("expand", level, 3, "open") if groups == 1 else ("declare_mtd", level, 0, "stopped")
    return "escalate", level + 1, 3, escalation  # 0 in 3, or 1 in 6
