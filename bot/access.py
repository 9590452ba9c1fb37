"""Who may do what: one table of action x role. Every command names its action."""

from __future__ import annotations

ROLES = ("principal_investigator", "investigator", "coordinator", "monitor", "admin")

PI, INV, COO, MON, ADM = ROLES
CLINICAL = (PI, INV, COO)
READERS = (PI, INV, COO, MON)

MAY: dict[str, tuple[str, ...]] = {
    "help": ROLES,
    "read_protocol": ROLES,
    "check_patient": READERS,
    "read": READERS,
    "consent": CLINICAL,
    "answer": CLINICAL,
    "judge": (PI, INV),
    "confirm_eligibility": (PI, INV),
    "slot": CLINICAL,
    "apheresis": CLINICAL,
    "lymphodepletion": (PI, INV),
    "infuse": (PI, INV),
    "deviate": (PI,),
    "measure": CLINICAL,
    "report_event": CLINICAL,
    "adjudicate": (PI, INV),
    "assess": (PI, INV),
    "withdraw": (PI, INV),
    "correct": (PI, INV),
    "sign_level": (PI,),
    "sign_amendment": (PI,),
    "people": (ADM,),
    "audit": (PI, MON, ADM),
}

ALERTED = (PI, MON)
REMINDED = (PI, INV, COO)


def may(role: str, action: str) -> bool:
    """True when the role may do the action; an unknown action is nobody's."""
    return role in MAY.get(action, ())


def who_may(action: str) -> tuple[str, ...]:
    """The roles that may do the action, for telling people whom to ask."""
    return MAY.get(action, ())
