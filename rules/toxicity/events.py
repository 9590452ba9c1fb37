"""What can have happened to an adverse event after its report, and the scores that were applied.

`about` is the number of the entry that reported the event. Pairs are (name, value as written).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Pairs = tuple[tuple[str, str], ...]

RELATED = ("related", "not_related")
OUTCOMES = ("recovered", "recovering", "not_recovered", "sequelae", "fatal", "unknown")
ENDED = ("recovered", "sequelae", "fatal")
ACTIONS = ("none", "medication", "anticytokine", "steroids", "transfusion", "intensive_care", "other")
SERIOUS = ("death", "life_threatening", "hospitalisation", "disability", "congenital", "important")
VISITS = ("baseline", "follow_up")
FATAL = 5
# CTCAE's own grade beside a score: the scale has none, or it was not asked for; it could not be computed.
NO_GRADE, UNKNOWN_GRADE = -1, -2


@dataclass(frozen=True)
class AdverseEventFollowed:
    """What became of an adverse event from `at` on; 0 and empty say nothing new.

    With an outcome of ENDED, `at` is its end. `floor` is the grade that `measured` gives, `raised`
    why `grade` is above it.
    """

    subject: str
    about: int
    at: datetime
    grade: int = 0
    related: str = ""
    outcome: str = ""
    action: str = ""
    measured: Pairs = ()
    floor: int = 0
    raised: str = ""

    @property
    def reached(self) -> int:
        """The grade that the event came to; an outcome that is death is grade 5 (CTCAE v5.0). 0: not said."""
        return FATAL if self.outcome == "fatal" else self.grade


@dataclass(frozen=True)
class SeriousnessJudged:
    """An adverse event was judged serious by `criteria` (some of SERIOUS), or not serious: none.

    `at` is when the site became aware of it.
    """

    subject: str
    about: int
    criteria: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class SponsorInformed:
    """A serious adverse event was reported to the sponsor."""

    subject: str
    about: int
    at: datetime


@dataclass(frozen=True)
class Scored:
    """A scale was applied: crs | icans (`score` is the grade, 0 for none) | acr_eular (`score` is the total).

    `standard` names where the scale stands, `result` is its word where it has one, `answers` what it rests
    on, `beside` is CTCAE's own grade, NO_GRADE, or UNKNOWN_GRADE where the answers do not give it.
    """

    subject: str
    scale: str
    standard: str
    score: int
    answers: Pairs
    at: datetime
    result: str = ""
    beside: int = NO_GRADE


@dataclass(frozen=True)
class CoreSetMeasured:
    """The core measures of systemic sclerosis at a visit (one of VISITS), as far as they were measured."""

    subject: str
    visit: str
    values: Pairs
    at: datetime


ToxicityEvent = AdverseEventFollowed | SeriousnessJudged | SponsorInformed | Scored | CoreSetMeasured
