"""What a signature is bound to, and whether the rows that bear it are still what was signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def digest_of(encoded: Iterable[tuple[str, Any]]) -> str:
    """What a signature is bound to: sha256 over the (kind, data) of exactly the events signed, in order."""
    text = json.dumps([list(pair) for pair in encoded], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Bound:
    """Follows a chain: rows signed together stand together, each bearing it, until its digest fits."""

    def __init__(self) -> None:
        self.position, self._signature, self._events = 0, None, list[tuple[str, Any]]()

    def loose(self, position: int, signature: Any, kind: str, data: Any) -> int:
        """The first row of those so far whose signature is of something else; 0 where there is none."""
        if self.position and signature != self._signature:
            return self.position
        if signature is None:
            return 0
        if not self.position:
            self.position, self._signature = position, signature
        self._events.append((kind, data))
        if _digests(signature) == {digest_of(self._events)}:
            self.position, self._events = 0, []
        return 0


def _digests(signature: Any) -> set[Any]:
    """The digests that a signature and that of a second person bear: they sign the same."""
    found = set()
    while isinstance(signature, dict):
        found.add(str(signature.get("digest")))
        signature = signature.get("second")
    return found
