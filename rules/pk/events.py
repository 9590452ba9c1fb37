"""What can have happened to CAR-T cells in blood: a sample was measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ConcentrationMeasured:
    """A sample of blood: `amount` in `unit`, both as written; a number, `<50`, or `BLQ` with no limit given.

    `day` is the nominal day (0: predose) where no time was given; `at` then lies that many days after the
    infusion. `file` is the sha256 of the file that it was read from, or empty.
    """

    subject: str
    amount: str
    unit: str
    at: datetime
    day: str = ""
    file: str = ""
