"""One reason why a step is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Lack:
    """One reason why a step is refused: a code with what it rests on."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
