"""The calendar time to the MTD as a picture: the part of trials that had theirs, by months."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

DAYS_A_MONTH = 30.44
LOOKS = {False: ("#2f6fab", "as planned"), True: ("#c0512f", "disturbed")}


def draw(results: Sequence[dict[str, Any]], file: Path) -> None:
    """One panel for each truth; a trial without a signed MTD never reaches the top."""
    truths = sorted({result["rates"] for result in results})
    figure = Figure(figsize=(3.2 * len(truths), 3.2), layout="constrained")
    panels = figure.subplots(1, len(truths), sharex=True, sharey=True, squeeze=False)[0]
    for axes, truth in zip(panels, truths, strict=True):
        for disturbed, (colour, label) in LOOKS.items():
            found = [r for r in results if r["rates"] == truth and r["disturbed"] is disturbed]
            months = sorted(r["days"] / DAYS_A_MONTH for r in found if r["days"] is not None)
            part = [100 * at / len(found) for at in range(1, len(months) + 1)]
            if found:
                axes.step(months, part, where="post", color=colour, label=f"{label} ({len(found)} trials)")
        axes.set_title("DLT rates " + " / ".join(f"{rate:g}" for rate in truth), fontsize=10)
        axes.set_xlabel("months since the first place opened", fontsize=9)
        axes.legend(fontsize=7, frameon=False, loc="lower right")
        axes.grid(color="#e6eaee")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("% of trials with a signed outcome", fontsize=9)
    panels[0].set_ylim(0, 101)
    figure.savefig(file, dpi=110)
