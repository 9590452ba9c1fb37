"""The shipped 3+3 written by hand in Python: every path of complete cohorts, with its probability and end."""

from __future__ import annotations

from collections.abc import Sequence

Counts = list[tuple[int, int]]  # (subjects, DLTs) by level


class Enumeration:
    """All paths and the characteristics at true rates, by plain recursion."""

    def __init__(self, rates: Sequence[float]) -> None:
        self.top = len(rates)
        self.odds = [[(1 - p) ** 3, 3 * p * (1 - p) ** 2, 3 * p**2 * (1 - p), p**3] for p in rates]
        self.paths: list[tuple[tuple[int, int], ...]] = []
        self.mtd = [0.0] * (self.top + 1)
        self.subjects = self.dlts = 0.0
        self.cohort(1, [(0, 0)] * self.top, False, (), 1.0)

    def cohort(
        self, level: int, counts: Counts, reduced: bool, path: tuple[tuple[int, int], ...], chance: float
    ) -> None:
        """Three more subjects at a level, with each number of DLTs."""
        for dlts in range(4):
            odds = chance * self.odds[level - 1][dlts]
            self.subjects += 3 * odds
            self.dlts += dlts * odds
            n, d = counts[level - 1]
            now = [*counts]
            now[level - 1] = (n + 3, d + dlts)
            self.decide(level, now, reduced, (*path, (level, dlts)), odds)

    def decide(
        self, level: int, counts: Counts, reduced: bool, path: tuple[tuple[int, int], ...], chance: float
    ) -> None:
        """What follows a complete cohort."""
        n, d = counts[level - 1]
        if d >= 2:
            if level == 1:
                self.end(0, path, chance)
            elif counts[level - 2][0] >= 6:
                self.end(level - 1, path, chance)
            else:
                self.cohort(level - 1, counts, True, path, chance)
        elif reduced:
            self.end(level, path, chance)
        elif n == 3 and (d == 1 or level == self.top):
            self.cohort(level, counts, False, path, chance)
        elif level == self.top:
            self.end(level, path, chance)
        else:
            self.cohort(level + 1, counts, False, path, chance)

    def end(self, mtd: int, path: tuple[tuple[int, int], ...], chance: float) -> None:
        """A path and where it ends."""
        self.paths.append(path)
        self.mtd[mtd] += chance
