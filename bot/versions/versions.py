"""The versions of a study's file: a fold of what was adopted, proposed and signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot import events as b
from rules import events as e
from rules.file.load import load
from rules.protocol import Protocol
from rules.trial import Trial


@dataclass(frozen=True)
class Versions:
    """What was adopted at a start, and what was proposed; what was signed stands in the trial's own log."""

    adopted: tuple[b.ProtocolAdopted, ...] = ()
    proposed: tuple[b.AmendmentProposed, ...] = ()

    def and_then(self, events: Iterable[Any]) -> Versions:
        """With what followed."""
        made = tuple(events)
        adopted = tuple(event for event in made if isinstance(event, b.ProtocolAdopted))
        proposed = tuple(event for event in made if isinstance(event, b.AmendmentProposed))
        return Versions((*self.adopted, *adopted), (*self.proposed, *proposed))

    def in_force(self, trial: Trial, start: Protocol) -> Protocol:
        """The file in force with those before it; `start` where nothing was ever adopted."""
        signed = [(x.number, x.event) for x in trial.log if isinstance(x.event, e.AmendmentSigned)]
        current: Protocol | None = None
        for after, step in self._steps(signed):
            file = start if step.sha256 == start.sha256 else self._file(step.sha256)
            current = file if current is None or after == 0 else current.amended(file, step.at)
        return current or start

    def last(self, signed: Iterable[tuple[int, e.AmendmentSigned]]) -> dict[str, str] | None:
        """The file in force as it was stored, not even read: {"version", "sha256", "since", "text"}."""
        steps = self._steps(signed)
        if not steps:
            return None
        step = steps[-1][1]
        text = self._text(step.sha256)
        return {"version": step.version, "sha256": step.sha256, "since": step.at.isoformat(), "text": text}

    def _steps(self, signed: Iterable[tuple[int, e.AmendmentSigned]]) -> list[tuple[int, Any]]:
        """What put a file in force, in order, with the number of the entry behind which it did."""
        steps: list[tuple[int, int, Any]] = [(event.after, 1, event) for event in self.adopted]
        steps += [(number, 0, event) for number, event in signed]
        return [(after, step) for after, _, step in sorted(steps, key=lambda step: step[:2])]

    def _text(self, sha256: str) -> str:
        texts = {x.sha256: x.text for x in self.adopted} | {x.sha256: x.text for x in self.proposed}
        return texts[sha256]

    def _file(self, sha256: str) -> Protocol:
        return read_text(self._text(sha256))

    def open(self, protocol: Protocol) -> Protocol | None:
        """The newest proposal, unless it is or was in force."""
        if not self.proposed:
            return None
        last = self.proposed[-1]
        past = {protocol.sha256, *(former.protocol.sha256 for former in protocol.former)}
        return None if last.sha256 in past else read_text(last.text)


@lru_cache(maxsize=256)
def read_text(text: str) -> Protocol:
    """The file of a text that was proved before it was stored."""
    protocol, mistakes = load(text.encode())
    if protocol is None:
        raise ValueError(f"a stored protocol cannot be read any more: {len(mistakes)} mistakes")
    return protocol
