"""Telegram's limits: about 30 messages a second over all, one a second in a chat."""

from __future__ import annotations

OVERALL, CHAT = (25.0, 30), (1.0, 5)  # messages a second, and how many at once


class Pace:
    """A pause between messages: `rate` a second on average, `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self.every, self.burst = 1 / rate, burst
        self._full_at: dict[int, float] = {}
        self._begin = float("-inf")

    def begin_full(self, now: float) -> None:
        """Somebody else may have sent all that goes at once until `now` (seconds)."""
        self._begin = now + (self.burst - 1) * self.every

    def wait(self, key: int, now: float) -> float:
        """Take a place at the instant `now` (seconds); how many seconds to wait for it."""
        full_at = max(self._full_at.get(key, self._begin), now)
        self._full_at[key] = full_at + self.every
        return max(0.0, full_at - now - (self.burst - 1) * self.every)
