"""One more DLT never leads to a higher dose: compared in every cohort, at once and in all that can follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rules.clauses import Ruling, rule
from rules.file.reading import Mistake
from rules.protocol import Clause, Protocol
from rules.proving.paths import Branch, Cohort, Graph
from rules.situation import Standing

DOSING = ("enrol", "wait", "assess", "expand", "escalate", "reduce")
FIX = "Let more DLTs never allow more"


def highest_doses(found: Graph) -> list[int]:
    """By a cohort's place: the highest level that can be dosed or declared from there on."""
    most: list[int] = []
    for cohort in found.cohorts:
        most.append(
            max([cohort.level, *(_highest(branch, cohort.level, most) for branch in cohort.branches)])
        )
    return most


def _highest(branch: Branch, level: int, most: Sequence[int]) -> int:
    """The same from a branch on; where the clauses name nobody the open level counts."""
    end = most[branch.to] if branch.to >= 0 else branch.mtd if branch.mtd >= 0 else level
    return max([end, *(ruling.level for ruling in branch.rulings if ruling.action in DOSING)])


def rises(protocol: Protocol, cohort: Cohort, most: Sequence[int], before: str) -> Iterator[Mistake]:
    """Where one more DLT in a cohort leads to a higher dose; `before` is a path to it."""
    found = _at_once(protocol, cohort) or _later(cohort, most)
    if found:
        letters, clauses, when = found
        path = f"{before} {cohort.level}{letters}".strip()
        line = clauses[-1].line if clauses else 1
        where = f"clause {', '.join(clause.id for clause in clauses)}"
        yield Mistake(line, where, f"one more DLT leads to a higher dose{when}: {path} and then N or T", FIX)


# The outcomes before the last, who spoke after a DLT, and when the dose is higher.
Rise = tuple[str, Sequence[Clause], str]


def _at_once(protocol: Protocol, cohort: Cohort) -> Rise | None:
    """In the step that follows, others pending or not."""
    for known in range(cohort.size):
        for waiting in range(cohort.size - known):
            for dlts in range(known + 1):
                none, one = (
                    rule(protocol, _part(cohort.standing, known + 1, dlts + more, waiting)) for more in (0, 1)
                )
                if one.action not in ("hold", "refer") and one.level > _dose(none, cohort.level):
                    return f"{'N' * (known - dlts)}{'T' * dlts}{'P' * waiting}", one.clauses, ""
    return None


def _later(cohort: Cohort, most: Sequence[int]) -> Rise | None:
    """On the way from a whole cohort."""
    for none, one in pairwise(cohort.branches):
        if _highest(one, cohort.level, most) > _highest(none, cohort.level, most):
            letters = f"{'N' * (cohort.size - one.dlts)}{'T' * none.dlts}"
            return letters, [c for ruling in one.rulings[-1:] for c in ruling.clauses], " later"
    return None


def _dose(ruling: Ruling, level: int) -> int:
    return level if ruling.action in ("hold", "refer") else ruling.level


def _part(standing: Standing, known: int, dlts: int, waiting: int) -> Standing:
    level, reduced, levels = standing
    before = levels[level - 1]
    here = before._replace(
        evaluable=before.evaluable + known, dlts=before.dlts + dlts, pending=before.pending + waiting
    )
    return Standing(level, reduced, (*levels[: level - 1], here, *levels[level:]))
