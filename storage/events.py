"""What the record itself tells of: that a copy of it was taken out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Exported:
    """A copy of the record, or of a part of it, was taken out."""

    what: str
    at: datetime
