"""What a crowd of trials came to: MTDs against the exact odds, ends, days to the MTD, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import mean, quantiles
from typing import Any

from tests.twin.agreement import agreement

Results = Sequence[dict[str, Any]]


def summary(results: Results) -> list[dict[str, Any]]:
    """One row for each truth, first without disturbances and then with them."""
    kinds = sorted({(r["disturbed"], r["rates"]) for r in results})
    return [_row([r for r in results if (r["disturbed"], r["rates"]) == kind]) for kind in kinds]


def _row(results: Results) -> dict[str, Any]:
    first = results[0]
    days = [result["days"] for result in results if result["days"] is not None]
    counts = sum((Counter(result["counts"]) for result in results), Counter[str]())
    row = {
        "truth": first["rates"],
        "disturbed": first["disturbed"],
        "trials": len(results),
        "ends": dict(Counter(result["end"] for result in results)),
        "dosed": round(mean(result["dosed"] for result in results), 2),
        "messages": sum(result["messages"] for result in results),
        "days": [round(at) for at in quantiles(days, n=10)[::4]] if len(days) > 1 else days,
        "counts": dict(sorted(counts.items())),
    }
    if not first["disturbed"]:
        row |= agreement(first["rates"], results)
    return row
