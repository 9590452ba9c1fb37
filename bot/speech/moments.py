"""The grammar of time: some 25 forms a language of days, times of day and spans ago."""

from __future__ import annotations

from bot.speech import clocks, days, spans
from bot.speech.tokens import Scanner

SCANNERS: tuple[Scanner, ...] = (
    *clocks.SCANNERS[:1],
    *days.SCANNERS,
    *clocks.SCANNERS[1:],
    *spans.SCANNERS,
)
