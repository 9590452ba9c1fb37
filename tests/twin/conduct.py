"""A trial as a site conducts it: candidates arrive, the bot says what comes next, and the site does that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from tests.machine import courses
from tests.twin.patient import Patient
from tests.twin.site import Site
from tests.twin.told import Next, next_in, recorded
from tests.twin.trouble import CALM, Trouble

ARRIVE_EVERY = 12.0  # days between candidates, on average
WAITS = 45.0  # days after which a candidate may give up waiting for a place
REVIEW = 14.0  # days until the safety review has met
MOST_DOSED, LONGEST = 40, timedelta(days=365 * 12)


def name(job: Mapping[str, Any]) -> str:
    """What everything random in a trial hangs on."""
    return f"{job['seed']} {tuple(job['rates'])} {job['number']}"


class Conduct:
    """Conducts one trial. `rates` are the true odds of a DLT by level; everything random hangs on `seed`."""

    def __init__(self, site: Site, rates: Sequence[float], trouble: Trouble, seed: str) -> None:
        self.site, self.rates, self.trouble = site, rates, trouble
        self.arrivals, self.truth, self.luck = (
            Random(f"{seed} {of}") for of in ("arrivals", "truth", "luck")
        )
        self.agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self.numbers, self.counts, self.waiting = count(), Counter[str](), list[datetime]()
        self.patients: list[Patient] = []
        self.ready: list[Patient] = []  # eligible, and without a place
        self.openings: list[int] = []  # entries by which places were opened
        self.next, self.signs, self.reviews = Next(), False, False
        self.begun, self.over, self.end = site.memory.now, None, ""
        self.reminded = self.begun

    # ---------------------------------------------------------------- time
    @property
    def now(self) -> datetime:
        """The hour."""
        return self.site.memory.now

    def later(self, days: float, do: Callable[[], None]) -> None:
        """Something to do so many days from now."""
        heappush(self.agenda, (self.now + timedelta(days=days), next(self.numbers), do))

    def chance(self, of: str) -> bool:
        """Whether a trouble happens; a calm site draws nothing."""
        odds = getattr(self.trouble, of)
        return bool(odds) and self.luck.random() < odds

    def delay(self, of: str, least: float = 0.02) -> float:
        """Days that somebody takes."""
        mean = getattr(self.trouble, of)
        return least + (self.luck.expovariate(1 / mean) if mean else 0)

    # ---------------------------------------------------------------- the trial
    def run(self) -> dict[str, Any]:
        """Conduct the trial to its end; what came of it."""
        self.look()
        self.later(self.arrivals.expovariate(1 / ARRIVE_EVERY), self.candidate)
        while self.agenda and not self.end:
            self.site.memory.now = max(self.now, self.agenda[0][0])
            if self.trouble != CALM and self.now >= self.reminded + timedelta(days=1):
                self.reminded = self.now
                self.site.tick()
            heappop(self.agenda)[2]()
            self.heed_the_cap()
        self.site.conclude()
        return self.result()

    def result(self) -> dict[str, Any]:
        """How it ended (mtd | hold | refer | cap), the MTD, days until it was signed, and counts."""
        days = (self.over - self.begun).total_seconds() / 86400 if self.over else None
        dosed = sum(patient.dosed is not None for patient in self.patients)
        held = self.next.action in ("hold", "refer")
        end = self.end or (f"mtd, then {self.next.action}" if held else "mtd")
        numbers = {"dosed": dosed, "messages": self.site.sent, "events": len(self.site.memory.rows)}
        return {"end": end, "mtd": self.mtd, "days": days, **numbers, "counts": dict(self.counts)}

    @property
    def mtd(self) -> int | None:
        """The MTD that was signed (0: none), by the record."""
        found = [row.data["level"] for row in self.site.memory.rows if row.kind == "MtdDeclared"]
        return int(found[-1]) if found else None

    def heed_the_cap(self) -> None:
        """A sponsor gives up on a trial that takes too many, or too long."""
        if self.over is None and (self.now - self.begun > LONGEST or len(self.patients) > 6 * MOST_DOSED):
            self.end = "cap"

    def candidate(self) -> None:
        """Somebody comes who may take part; the next comes some day."""
        if self.over is None:
            self.waiting.append(self.now)
            self.later(self.arrivals.expovariate(1 / ARRIVE_EVERY), self.candidate)
            self.fill()

    def fill(self) -> None:
        """Free places are given to those who are eligible; for the rest candidates are screened."""
        if self.next.action != "enrol" or self.over is not None:
            return
        places = self.next.places - sum(patient.screening for patient in self.patients)
        if self.ready:
            self.ready.pop(0).takes_a_place()
        elif self.waiting and places > 0:
            since = self.waiting.pop(0)
            if self.now - since > timedelta(days=WAITS) and self.chance("gives_up_waiting"):
                self.counts["gave up waiting"] += 1
            else:
                self.patients.append(Patient(self))
        else:
            return
        self.later(0, self.fill)

    # ---------------------------------------------------------------- talking
    def record(self, name: str, line: str) -> int:
        """Somebody writes a command and presses Record; the entry, 0 when nothing was recorded."""
        told = self.site.say(name, line)
        if courses.has_card(self.site, name) and self.chance("card_left_lying"):
            self.counts["cards left lying"] += 1
            self.site.memory.now += timedelta(minutes=self.luck.uniform(11, 90))
        told = courses.confirm(self.site, name)
        if not recorded(told):
            told = courses.confirm(self.site, name)  # a card that had to be shown again
        self.heed(told)
        if not recorded(told):
            self.counts["refused"] += 1
        return recorded(told)

    def look(self) -> None:
        """Somebody asks what comes next."""
        told = next_in(self.site.say("coo", "/next"))
        assert told, "no next step"
        self.follow(told)

    def heed(self, told: str) -> None:
        """What was recorded may have changed the next step."""
        found = next_in(told) if recorded(told) else None
        if found:
            self.follow(found)

    def follow(self, told: Next) -> None:
        """Do what the bot says comes next."""
        self.next = told
        if told.over:
            self.over = self.over or self.now
            self.end = "mtd" if self.trouble == CALM else ""
        elif told.action in ("hold", "refer") and not self.reviews and self.over is None:
            self.counts[f"{told.action}s"] += 1
            self.reviews = True
            self.later(REVIEW, self.review)
        elif told.to_sign and not self.signs:
            self.signs = True
            self.later(self.delay("days_to_sign", 0), self.sign)
        elif told.action == "enrol":
            self.later(0, self.fill)

    def sign(self) -> None:
        """The principal investigator signs the next step."""
        self.signs = False
        opens = self.next.action != "declare_mtd"
        number = self.record("pi", "/sign")
        if number and opens:
            self.openings.append(number)

    # ---------------------------------------------------------------- a hold
    def review(self) -> None:
        """The safety review met: the DLT is retracted, or an opening that nobody used; or the hold stands."""
        self.reviews = False
        self.look()
        if self.next.action not in ("hold", "refer") or self.over is not None:
            return
        held = self.next.action
        late = [p for p in self.patients if p.late and p.ruled]
        if late and self.chance("review_refutes"):
            late[-1].is_refuted()
        elif self.openings and not any(p.dosed and p.opening == len(self.openings) for p in self.patients):
            for patient in self.patients:
                if patient.opening == len(self.openings) and not patient.gone:
                    patient.leaves("before_dose")
            told = courses.correct(self.site, "pi", self.openings.pop(), "void", "")
            assert recorded(told), told
            self.heed(told)
        self.counts["reviews"] += 1
        if self.next.action in ("hold", "refer"):
            self.end = held
