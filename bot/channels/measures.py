"""What is measured for Prometheus: counts and times; no chat, no person, no value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from storage.queues import Arrived, Backlog, Waiting

OWN = CollectorRegistry()
STEPS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
STORED = Counter("bot_updates_stored", "Updates of people that were stored", registry=OWN)
PASSED_OVER = Counter(
    "bot_updates_passed_over", "Updates in which nobody spoke or nothing could be read", registry=OWN
)
REFUSED = Counter("bot_webhook_refused", "Requests without the secret token", registry=OWN)
ANSWERED = Counter("bot_updates_answered", "Updates that were answered", registry=OWN)
DATABASE = Counter(
    "bot_database_failed", "Tries to store or to answer that the database refused", ["reason"], registry=OWN
)
SENT = Counter("bot_letters_sent", "Messages that were sent", registry=OWN)
FAILED = Counter("bot_letters_failed", "Tries to send that failed: again, or given up", ["end"], registry=OWN)
ANSWER = Histogram(
    "bot_answer_seconds", "From an update stored to its answer recorded", buckets=STEPS, registry=OWN
)
LETTER = Histogram("bot_letter_seconds", "From a message queued to its delivery", buckets=STEPS, registry=OWN)


def came(kept: int, passed_over: int) -> None:
    """Updates were stored, and others held nothing to store."""
    STORED.inc(kept)
    PASSED_OVER.inc(passed_over)


def answered(row: Arrived, now: datetime) -> None:
    """An update has its answer."""
    ANSWERED.inc()
    ANSWER.observe(age(row.at, now))


def letter(sent: Waiting, kind: str, again: float | None, now: datetime) -> None:
    """What became of a try to send."""
    if again is not None or kind:
        FAILED.labels("again" if again is not None else "given up").inc()
    else:
        SENT.inc()
        LETTER.observe(age(sent.created_at, now))


def age(since: datetime | None, now: datetime) -> float:
    """Seconds from `since`; 0 for nothing, and when a clock jumped back."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


class _Waits(Collector):
    """What waits in the database, of all workers; without one, only that it is not there."""

    def __init__(self, backlog: Backlog | None, now: datetime) -> None:
        self.backlog, self.now = backlog, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        waits = self.backlog
        yield GaugeMetricFamily("bot_database_up", "Whether the database answers", 0 if waits is None else 1)
        if waits is None:
            return
        for name, says, value in (
            ("updates_waiting", "Updates without an answer", waits.updates),
            (
                "oldest_update_seconds",
                "How long the oldest of them waits",
                age(waits.oldest_update, self.now),
            ),
            ("letters_waiting", "Messages that wait to be sent", waits.letters),
            (
                "oldest_letter_seconds",
                "How long the oldest of them waits",
                age(waits.oldest_letter, self.now),
            ),
        ):
            yield GaugeMetricFamily(f"bot_{name}", f"{says}, of all workers", value)


def text(backlog: Backlog | None, now: datetime, folder: str) -> bytes:
    """What Prometheus reads; `folder` is where several workers of one parent count together, or ""."""
    registry = CollectorRegistry()
    if folder:
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    registry.register(_Waits(backlog, now))
    return generate_latest(registry) + (b"" if folder else generate_latest(OWN))
