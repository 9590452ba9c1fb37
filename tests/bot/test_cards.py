"""Cards: exactly what will be recorded and its effect; one's own, once, for ten minutes, decided again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat import CARD_LIFE
from bot.messages import Message
from rules import events as e
from storage.backup import backup
from storage.restore import restore
from tests.bot.study import (
    CANCEL,
    COO,
    INV,
    MON,
    PI,
    PINS,
    RECORD,
    SIGN,
    START,
    Study,
    cleared,
    code,
    infused,
    ready,
    screened,
    study_in,
)  # fmt: skip
from tests.buttons import card_of

S = code(1)
TICK = timedelta(microseconds=1)
ELIGIBLE = [*screened(1, START), e.EligibilityConfirmed(S, START)]
EVENT = [*infused(1, START), e.AdverseEventReported(S, "Fever", 3, START)]
SERIOUS = [*EVENT, e.SeriousnessJudged(S, len(EVENT), ("hospitalisation",), START)]
# Of each write: the record before, days gone by, who writes what, and the line that the card must show.
SCENES: dict[str, tuple[list[Any], int, int, tuple[str, ...], str]] = {
    "new": ([], 0, COO, ("/new now",), "CD7-001: informed consent, Mon 2026-03-02 09:00"),
    "screen": (
        screened(1, START)[:-1], 0, INV, ("/screen 1", "yes"),
        "CD7-001: Cardiopulmonary function satisfactory? = Yes (Mon 2026-03-02 09:00)",
    ),
    "eligible": (screened(1, START), 0, INV, ("/eligible 1",), "CD7-001: eligibility confirmed"),
    "slot": (ELIGIBLE, 0, COO, ("/slot 1",), "CD7-001: place at level 1 (0.25×10⁸)"),
    "apheresis": (
        ready(1, START)[:-2], 1, COO, ("/apheresis 1 today 08:30",),
        "CD7-001: apheresis, Tue 2026-03-03 08:30",
    ),
    "lymphodepletion": (
        ready(1, START)[:-1], 1, INV, ("/lymphodepletion 1 now",),
        "CD7-001: lymphodepletion started, Tue 2026-03-03 09:00",
    ),
    "dose": (
        ready(1, START), 1, INV, ("/dose 1", "As planned: 0.25×10⁸", "Now"),
        "CD7-001: infused 0.25×10⁸ cells at level 1 (planned 0.25×10⁸), Tue 2026-03-03 09:00",
    ),
    "deviation": (
        ready(1, START), 1, PI, ("/deviation 1 1e8 now", "the level was not open"),
        "CD7-001: deviation – infused 1×10⁸ cells at level 2, Tue 2026-03-03 09:00 (the level was not open)",
    ),
    "withdraw": (
        infused(1, START), 1, INV, ("/withdraw 1", "lost to follow-up", "yesterday 10:00"),
        "CD7-001: left – lost to follow-up, Mon 2026-03-02 10:00",
    ),
    "ae": (
        infused(1, START), 1, COO, ("/ae 1", "ICANS", "3", "yesterday 14:30"),
        "CD7-001: ICANS, grade 3, onset Mon 2026-03-02 14:30",
    ),
    "crs": (
        infused(1, START), 1, COO,
        ("/crs 1", "39.1", "No", "Yes", "One", "No", "None (no hypoxia)", "Neither", "Now"),
        "CD7-001: CRS grade 3 (ASTCT 2019), Tue 2026-03-03 09:00",
    ),
    "icans": (
        infused(1, START), 1, COO,
        ("/icans 1", "Wakes to voice", "3", "2", "1", "0", "0", "None", "None", "None", "today 08:00"),
        "CD7-001: ICANS grade 2 (ASTCT 2019), Tue 2026-03-03 08:00",
    ),
    "classify": (
        infused(1, START), 1, INV, ("/classify 1", "No", "Yes", "Now"),
        "CD7-001: ACR/EULAR 2013 classification of systemic sclerosis: at least 9 points, "
        "definite (9 or more), Tue 2026-03-03 09:00",
    ),
    "measures": (
        ready(1, START), 1, COO, ("/measures 1 baseline", "22", "71", "5.5", "6", "1.25", "Now"),
        "CD7-001: core measures, baseline: mRSS 22, FVC % 71, patient global 5.5, physician global 6, "
        "HAQ-DI 1.25, Tue 2026-03-03 09:00",
    ),
    "sae": (
        SERIOUS, 1, COO, ("/sae", f"#{len(EVENT)} Fever G3", "Now"),
        f"CD7-001: serious event #{len(EVENT)} was reported to the sponsor, Tue 2026-03-03 09:00",
    ),
    "dlt": (
        EVENT, 1, INV, ("/dlt 1", "DLT"),
        f"CD7-001: event #{len(EVENT)} is a DLT, onset Mon 2026-03-02 09:00",
    ),
    "not_dlt": (
        EVENT, 1, INV, ("/dlt 1", "Not a DLT"),
        f"CD7-001: event #{len(EVENT)} is not a DLT, onset Mon 2026-03-02 09:00",
    ),
    "sample": (
        infused(1, START), 8, COO, ("/sample 1 day 7 10 copies/ug",),
        "CD7-001: CAR-T cells 10 copies/ug, day 7",
    ),
    "assess": (infused(1, START), 29, INV, ("/assess 1",), "CD7-001: DLT window assessed – no DLT"),
    "sign": (
        cleared((1, 2, 3), START), 30, PI, ("/sign",), "Level 2 (1×10⁸) opens with 3 places (escalation)"
    ),
    "correct": (
        infused(1, START), 1, INV, (f"/correct {len(infused(1, START))}", "dose", "0.2e8", "Typing error"),
        f"Entry #{len(infused(1, START))}: dose, given in full becomes 0.2×10⁸, No. Reason: Typing error",
    ),
}  # fmt: skip


async def carded(study: Study, name: str) -> tuple[int, str]:
    """Bring a study to where the card of a write is shown: who reads it, and its text."""
    events, days, user, (first, *more), _ = SCENES[name]
    await study.put(*events)
    study.clock.forward(days=days)
    heard = await study.say(user, first)
    for text in more:
        heard = await (study.press(user, text) if text in heard.buttons else study.say(user, text))
    assert heard.yes, heard.text
    return user, heard.text


# ------------------------------------------------------------------ what a card says
@pytest.mark.parametrize("name", SCENES)
async def test_a_card_says_what_is_then_recorded_and_what_follows(study: Study, name: str) -> None:
    user, card = await carded(study, name)
    before = await study.events()
    lines = card.splitlines()
    assert (lines[0][:12], lines[1]) == ("Record this?", SCENES[name][4])
    [effect] = [line for line in lines if line.startswith("Next action")]
    done = await study.press(user, RECORD)
    events = await study.events()
    assert len(events) == len(before) + 1
    assert f"✓ Recorded #{len(events)}: {lines[1]}" in done
    after = next(line for line in done.text.splitlines() if line.startswith("Next: "))
    assert effect.endswith(after.removeprefix("Next: "))


@pytest.mark.parametrize("name", SCENES)
async def test_what_is_recorded_carries_who_in_which_role_under_which_file(study: Study, name: str) -> None:
    user, _ = await carded(study, name)
    await study.press(user, RECORD)
    record = (await study.trial())[-1]
    assert (record.by, record.entered_at) == (f"P{user}", study.clock.now)
    assert record.role and record.typed and record.protocol_sha256 == study.dispatcher.protocol.sha256


@pytest.mark.parametrize(
    ("name", "now", "then"),
    [("slot", "3 place(s) free", "2 place(s) free"), ("correct", "2 place(s) free", "3 place(s) free"),
     ("sign", "Escalate to level 2", "Enrol at level 2"), ("deviation", "Enrol at level 1", "refer"),
     ("withdraw", "2 place(s) free", "3 place(s) free")],
)  # fmt: skip
async def test_a_card_shows_a_change_of_the_next_action(study: Study, name: str, now: str, then: str) -> None:
    _, card = await carded(study, name)
    [effect] = [line for line in card.splitlines() if line.startswith("Next action now")]
    first, _, second = effect.partition("→ then:")
    assert now in first and then in second


# ------------------------------------------------------------------ one's own, once, for ten minutes
async def test_a_press_by_another_person_does_nothing(study: Study) -> None:
    await carded(study, "sign")
    data = study.last[PI].yes
    before = await study.events()
    for other in (INV, COO, MON, 5, 777):
        assert "Recorded" not in await study.press(other, data)
    assert await study.events() == before
    assert "✓ Recorded" in await study.press(PI, data)


@pytest.mark.parametrize("name", SCENES)
async def test_a_card_records_once(study: Study, name: str) -> None:
    user, _ = await carded(study, name)
    data = study.last[user].yes
    await study.press(user, data)
    once = await study.events()
    assert "used already" in await study.press(user, data)
    assert await study.events() == once


@pytest.mark.parametrize("name", ["new", "slot", "dose", "sign", "correct"])
async def test_two_presses_at_once_at_two_processes_record_once(place: str, name: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        user, _ = await carded(one, name)
        two.clock.now = one.clock.now
        before = len(await one.events())
        message = Message(user, user, press=one.last[user].yes, kind="press", message_id=9)
        signed = SIGN in one.last[user].buttons
        if signed:
            assert (await one.press(user, RECORD, pin=False)).asks_pin
            message = Message(user, user, PINS[user])
        await asyncio.gather(*(study.dispatcher.handle(message) for study in (one, two, two, one)))
        assert len(await two.events()) == before + 1
        heard = await one.read(user)
        late = "nobody asked for it" if signed else "used already"
        assert (heard.text.count("✓ Recorded"), heard.text.count(late)) == (1, 3)


async def test_a_card_lives_ten_minutes_and_is_then_shown_anew(study: Study) -> None:
    await carded(study, "slot")
    before = await study.events()
    data = study.last[COO].yes
    study.clock.now += CARD_LIFE + TICK
    heard = await study.press(COO, data)
    assert "older than 10 minutes" in heard and "Record this?" in heard
    assert await study.events() == before
    study.clock.now += CARD_LIFE
    assert "used already" in await study.press(COO, data)
    study.last[COO] = heard
    assert "✓ Recorded" in await study.press(COO, RECORD)


# ------------------------------------------------------------------ decided again
async def test_what_changed_between_card_and_press_is_shown_and_nothing_is_recorded(study: Study) -> None:
    await carded(study, "slot")
    await study.put(*ready(2, START))
    before = await study.events()
    heard = await study.press(COO, RECORD)
    assert "The record changed" in heard and "2 place(s) free" in heard
    assert await study.events() == before
    assert "✓ Recorded" in await study.press(COO, RECORD)


async def test_what_became_forbidden_between_card_and_press_is_refused(study: Study) -> None:
    await carded(study, "slot")
    await study.put(*ready(2, START), *ready(3, START), *ready(4, START))
    before = await study.events()
    heard = await study.press(COO, RECORD)
    assert "The record changed" in heard and "No place is open" in heard
    assert not heard.yes
    assert await study.events() == before


async def test_a_level_that_closes_after_the_card_takes_no_dose(study: Study) -> None:
    toxic = [x for n in (2, 3) for x in (*infused(n, START), e.DltConfirmed(code(n), 0, START))]
    await carded(study, "dose")
    await study.put(*toxic)
    heard = await study.press(INV, RECORD)
    assert "Level 1 (0.25×10⁸) is not open for infusion" in heard
    assert not (await study.dispatcher.trial()).subjects[S].infusion


async def test_the_last_place_goes_to_one_of_two_who_press_at_once(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        await one.put(*ready(1, START), *ready(2, START), *ELIGIBLE_OF[3], *ELIGIBLE_OF[4])
        presses = []
        for user, number in ((INV, 3), (COO, 4)):
            card = await one.say(user, f"/slot {number}")
            presses.append(Message(user, user, press=card.yes, kind="press"))
        both = zip((one, two), presses, strict=True)
        await asyncio.gather(*(study.dispatcher.handle(message) for study, message in both))
        held = [x for x in await one.events() if isinstance(x, e.SlotHeld)]
        assert len(held) == 3
        said = [heard.text for heard in (await one.outbox()).values()]
        assert sum("✓ Recorded" in text for text in said) == 1
        assert sum("No place is open" in text for text in said) == 1


ELIGIBLE_OF = {n: [*screened(n, START), e.EligibilityConfirmed(code(n), START)] for n in (3, 4)}


# ------------------------------------------------------------------ edit one field, or cancel
@pytest.mark.parametrize(
    ("name", "button", "answers", "words"),
    [
        ("new", "Change: time", ("2026-03-01 08:00",), "informed consent, Sun 2026-03-01 08:00"),
        ("screen", "Change: Cardiopulmonary function satisfactory?", ("No",), "satisfactory? = No"),
        ("dose", "Change: dose", ("0.24e8",), "infused 0.24×10⁸ cells at level 1"),
        ("dose", "Change: time", ("today 08:30",), "planned 0.25×10⁸), Tue 2026-03-03 08:30"),
        ("deviation", "Change: deviation", ("another reason",), "09:00 (another reason)"),
        ("withdraw", "Change: reason", ("withdrew",), "left – withdrew, Mon 2026-03-02 10:00"),
        ("ae", "Change: grade", ("4",), "ICANS, grade 4, onset Mon 2026-03-02 14:30"),
        ("ae", "Change: event", ("Anemia",), "Anemia, grade 3, onset Mon 2026-03-02 14:30"),
        ("dlt", "Change: verdict", ("Not a DLT",), "is not a DLT, onset Mon 2026-03-02 09:00"),
        ("correct", "Change: reason", ("as in the chart",), "0.2×10⁸, No. Reason: as in the chart"),
        ("correct", "Change: value", ("0.24e8",), "0.24×10⁸, Yes. Reason: Typing error"),
        ("correct", "Change: what", ("time", "2026-03-02 08:00"), "time becomes Mon 2026-03-02 08:00"),
    ],
)  # fmt: skip
async def test_one_field_is_edited_and_the_rest_is_kept(
    study: Study, name: str, button: str, answers: tuple[str, ...], words: str
) -> None:
    user, _ = await carded(study, name)
    before = await study.events()
    old = study.last[user].yes
    heard = await study.press(user, button)
    for answer in answers:
        heard = await (study.press(user, answer) if answer in heard.buttons else study.say(user, answer))
    assert words in heard and heard.yes, heard.text
    assert "used already" in await study._take(Message(user, user, press=old, kind="press"))
    assert await study.events() == before
    study.last[user] = heard
    assert words in await study.press(user, RECORD)


async def test_a_void_card_offers_no_value_to_change(study: Study) -> None:
    await study.put(*EVENT)
    await study.say(INV, f"/correct {len(EVENT)}")
    await study.press(INV, "The whole entry is wrong: void it")
    card = await study.press(INV, "Wrong subject")
    assert "is void" in card
    assert set(card.buttons) == {SIGN, CANCEL, "Change: what", "Change: reason"}


async def test_after_a_restore_an_old_button_confirms_no_card_and_answers_no_question_of_its_number(
    tmp_path: Path,
) -> None:
    async with study_in(tmp_path / "s.sqlite") as study:
        await backup(study.app.engine, tmp_path / "kept.gz")
        card = (await study.say(COO, "/new now")).yes
        await study.put(e.Consented(S, START))
        asked = (await study.say(INV, "/screen 1")).buttons["Unclear"]
    url = f"sqlite:///{tmp_path}/restored.sqlite"
    await restore(url, tmp_path / "kept.gz")
    async with study_in(url) as study:
        assert "is not in the record as it stands" in await study.press(COO, card)
        await study.put(*screened(1, START)[:-1])
        before = await study.events()
        new = await study.say(COO, "/new now")
        assert card_of(new.yes).split(".")[0] == card_of(card).split(".")[0], "the number is given again"
        for old in (card, card.replace(":yes", ":no"), f"!{card_of(new.yes).split('.')[0]}:yes"):
            heard = await study.press(COO, old)
            assert "is not in the record as it stands" in heard and await study.events() == before
        study.last[COO] = new
        assert "✓ Recorded" in await study.press(COO, RECORD)
        assert "Cardiopulmonary" in await study.say(INV, "/screen 1")
        assert "an earlier question" in await study.press(INV, asked)
        assert not (await study.dispatcher.chat(INV)).cards


async def test_cancel_uses_up_the_card(study: Study) -> None:
    await carded(study, "sign")
    data, before = study.last[PI].yes, await study.events()
    assert "Cancelled" in await study.press(PI, CANCEL)
    assert "used already" in await study.press(PI, data)
    assert await study.events() == before


async def test_cancel_typed_leaves_the_open_question(study: Study) -> None:
    await study.put(*ready(1, START))
    await study.say(INV, "/dose 1")
    assert "nothing was recorded" in await study.say(INV, "/cancel")
    assert "Missing: the subject's code" in await study.say(INV, "0.25e8")


async def test_cancel_typed_uses_up_the_card_that_is_open(study: Study) -> None:
    user, _ = await carded(study, "dose")
    data, before = study.last[user].yes, await study.events()
    await study.say(user, "/cancel")
    assert "used already" in await study.press(user, data)
    assert await study.events() == before


async def test_who_lost_access_after_the_card_records_nothing(study: Study) -> None:
    user, _ = await carded(study, "dose")
    data, before = study.last[user].yes, await study.events()
    await study.record(5, f"/people P{user}")
    assert "closed group" in await study.press(user, data)
    assert await study.events() == before
