"""What goes otherwise than planned at a site, as odds and days; CALM is a site where nothing does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """Odds (0..1) for each subject, DLT, entry or card, and mean delays in days."""

    # candidates and screening
    gives_up_waiting: float = 0  # after WAITS days without a place
    screen_failure: float = 0
    unclear_answer: float = 0  # answered a week later
    # the course
    leaves_before_dose: float = 0
    delayed_cells: float = 0  # so long that answers go stale, or the place runs out
    wrong_dose_typed: float = 0  # the bot refuses it
    dose_not_full: float = 0
    leaves_in_window: float = 0
    # safety
    event_no_dlt: float = 0
    dlt_learnt_late: float = 0  # after the window, when the subject was cleared
    review_refutes: float = 0  # the safety review finds that it was no DLT
    # people
    entry_corrected: float = 0
    card_left_lying: float = 0  # pressed when it is older than ten minutes
    days_to_report: float = 0
    days_to_rule: float = 0
    days_to_assess: float = 0
    days_to_sign: float = 0


CALM = Trouble()
DISTURBED = Trouble(
    gives_up_waiting=0.5,
    screen_failure=0.2,
    unclear_answer=0.1,
    leaves_before_dose=0.06,
    delayed_cells=0.1,
    wrong_dose_typed=0.05,
    dose_not_full=0.03,
    leaves_in_window=0.05,
    event_no_dlt=0.25,
    dlt_learnt_late=0.15,
    review_refutes=0.3,
    entry_corrected=0.03,
    card_left_lying=0.02,
    days_to_report=2,
    days_to_rule=2,
    days_to_assess=4,
    days_to_sign=3,
)
