"""What the file says of its response: when it is read, and what counts as one."""

from __future__ import annotations

from dataclasses import dataclass

from rules.expressions import Expression
from rules.file.entries import Said


@dataclass(frozen=True)
class ResponseRule:
    """The registration's response: at about which day, and (where the file says it) what counts as one."""

    day: int
    says: Said
    when: Expression | None
    source: str
