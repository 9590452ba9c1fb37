"""The table of action x role: every cell walked; printed; people who change or leave; two who sign."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import events as b
from bot.access import MAY, ROLES, who_may
from bot.commands import BY_NAME, COMMANDS
from bot.messages import Message
from bot.permissions import data, markdown
from bot.words import texts
from rules import events as e
from storage.tables import events
from tests.bot.study import (
    ADM,
    COO,
    INV,
    MON,
    NAMES,
    PI,
    PINS,
    RECORD,
    ROLE,
    START,
    STRANGER,
    USERS,
    Heard,
    Study,
    code,
    infused,
    ready,
    study_in,
)  # fmt: skip
from tests.bot.test_cards import SCENES, carded

ROOT = Path(__file__).resolve().parents[2]
# Commands that record: the record before, days gone by, the lines that lead to the card.
WRITES = {name: (scene[0], scene[1], scene[3]) for name, scene in SCENES.items() if name != "not_dlt"} | {
    "people": ([], 0, ("/people P3",)),
    "role": ([], 0, ("/role P3 investigator",)),
}
# Commands that answer: the line, and words that the answer holds where the role may.
READS = {
    "next": ("/next", "Enrol at level 1"), "status": ("/status", "Level 1"),
    "subject": ("/subject 1", "CD7-001"),
    "scores": ("/scores 1", "No score of CD7-001"), "due": ("/due", "open task"),
    "why": ("/why", "three-more|first-three|Enrol"),
    "whatif": ("/whatif 1 dlt", "If CD7-001 has a DLT"), "forecast": ("/forecast", "Level"),
    "chances": ("/chances 0.25", "%"), "replay": ("/replay", "signed"), "oc": ("/oc 0.1,0.2,0.3", "MTD"),
    "protocol": ("/protocol doses", "Level 1"), "check": ("/check", "Age at screening"),
    "study": ("/study", "NCT06871644"), "help": ("/help", "You are"),
    "language": ("/language en", "English"),
    "zone": ("/zone Europe/Berlin", "Europe/Berlin"),
    "name": ("/name Li Wei", "Your signatures read|had this printed"),
    "pin": ("/pin", "old PIN"), "permissions": ("/permissions", "Who may use what"),
    "audit": ("/audit", "joined as"), "second": ("/second", "Nothing waits"),
    "snooze": ("/snooze 1", "CD7-001"),
    "safety": ("/safety", "Level 1"), "swimmer": ("/swimmer", "CD7-001"),
    "pk": ("/pk 1", "No concentration of CD7-001"),
    "amendments": ("/amendments", "No new version"), "amend": ("/amend", "No new version"),
}  # fmt: skip


def test_the_walk_leaves_no_command_out() -> None:
    assert WRITES.keys() | READS.keys() == {command.name for command in COMMANDS}
    assert not WRITES.keys() & READS.keys()


async def everything(study: Study) -> list[object]:
    """All that is recorded, of the trial and of people."""
    return [*await study.events(), *await study.crowd()]


def is_refused(heard: Heard, user: int, name: str) -> bool:
    """Refused for the role, naming every role that may, and saying nothing else."""
    if "this is not for the role" not in heard:
        return False
    words = [texts("en")[f"role.{role}"] for role in who_may(BY_NAME[name].action)]
    assert heard.text.splitlines() == [
        f"Refused: this is not for the role {texts('en')[f'role.{ROLE[user]}']}. Ask: {', '.join(words)}."
    ]
    assert not heard.buttons
    return True


@pytest.mark.parametrize("name", READS)
async def test_every_role_reads_what_the_table_says(tmp_path: Path, name: str) -> None:
    line, words = READS[name]
    async with study_in(tmp_path / "s.sqlite") as study:
        await study.put(*infused(1, START))
        for user in USERS:
            before = await everything(study)
            for heard in (await study.say(user, line), await study.press(user, line)):
                allowed = ROLE[user] in MAY[BY_NAME[name].action]
                assert is_refused(heard, user, name) is not allowed, (ROLE[user], heard.text)
                assert not allowed or any(word in heard for word in words.split("|")), heard.text
            assert await everything(study) == before or (allowed and name == "name")


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", WRITES)
async def test_every_role_records_what_the_table_says(tmp_path: Path, name: str, user: int) -> None:
    put, days, lines = WRITES[name]
    async with study_in(tmp_path / "s.sqlite") as study:
        await study.put(*put)
        study.clock.forward(days=days)
        before = await everything(study)
        heard = await study.say(user, lines[0])
        if ROLE[user] not in MAY[BY_NAME[name].action]:
            assert is_refused(heard, user, name) and is_refused(await study.press(user, lines[0]), user, name)
            for forged in ("!1:yes", "=1:0"):
                await study.press(user, forged)
            assert await everything(study) == before
            assert not await study.dispatcher.log.read(f"chat:{user}")
            return
        for text in lines[1:]:
            heard = await (study.press(user, text) if text in heard.buttons else study.say(user, text))
        if name == "screen" and not heard.yes:
            assert ROLE[user] == "coordinator"  # a judgement is left, which is not theirs
            return
        assert await everything(study) == before
        assert "✓ Recorded" in await study.press(user, RECORD), heard.text
        assert len(await everything(study)) == len(before) + 1


# ------------------------------------------------------------------ printed
@pytest.mark.parametrize("user", USERS)
async def test_permissions_print_the_table_on_one_screen(study: Study, user: int) -> None:
    heard = await study.say(user, "/permissions")
    assert len(heard.text) < 1500
    lines = dict(line.split(": ", 1) for line in heard.text.splitlines()[1:-1])
    for command in COMMANDS:
        roles = ", ".join(texts("en")[f"role.{role}"] for role in MAY[command.action])
        assert f"/{command.name}" in lines[roles].split(", ")


def test_the_readme_holds_the_table() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    between = readme.split("<!-- permissions -->")[1].split("<!-- end of permissions -->")[0]
    assert between.strip() == markdown(), "put the output of `python -m bot permissions --text` there"


async def test_the_command_line_prints_the_table_as_json() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "permissions", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    printed = json.loads(out)
    assert printed == json.loads(json.dumps(data())) and process.returncode == 0
    assert printed["actions"]["sign_level"] == ["principal_investigator"]
    assert printed["commands"]["sign"] == "sign_level" and set(printed["roles"]) == set(ROLES)


# ------------------------------------------------------------------ who changes, who leaves
async def test_a_role_is_changed_with_a_card_at_once_and_is_told(study: Study) -> None:
    await study.put(*ready(1, START))
    assert "Which role for P3?" in await study.say(ADM, "/role P3")
    card = await study.press(ADM, "investigator")
    assert "P3: coordinator becomes investigator" in card
    assert not [x for x in await study.crowd() if isinstance(x, b.RoleChanged)]
    assert "✓ Recorded: P3: coordinator becomes investigator" in await study.press(ADM, RECORD)
    assert study.others.keys() == {PI, COO} and "By P5" in study.others[COO]
    assert "You are investigator" in await study.say(COO, "/help")
    assert (await study.say(COO, "/dose 1 0.25e8 now")).yes
    assert "P3 became investigator, by P5" in await study.say(MON, "/audit")


async def test_a_card_that_was_open_when_the_role_changed_records_nothing(study: Study) -> None:
    await carded(study, "dose")
    card, before = study.last[INV].yes, await study.events()
    await study.record(ADM, "/role P2 monitor")
    assert "this is not for the role monitor" in await study.press(INV, card)
    assert await study.events() == before


async def test_a_role_changed_while_the_pin_is_typed_records_nothing(study: Study) -> None:
    await carded(study, "dose")
    before = await study.events()
    await study.press(INV, RECORD, pin=False)
    await study.record(ADM, "/role P2 coordinator")
    assert "this is not for the role coordinator" in await study.say(INV, PINS[INV])
    assert await study.events() == before


async def test_an_admin_is_always_left(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        assert "or change your own role" in await one.say(ADM, "/role P5 monitor")
        await one.record(ADM, "/role P4 admin")
        await one.say(ADM, "/people P4")
        await two.say(MON, "/role P5 monitor")
        presses = [Message(u, u, press=s.last[u].yes, kind="press") for s, u in ((one, ADM), (two, MON))]
        await asyncio.gather(*(s.dispatcher.handle(m) for s, m in zip((one, two), presses, strict=True)))
        assert len((await one.dispatcher.people()).in_roles("admin")) == 1


async def test_who_is_removed_can_do_nothing_with_what_was_open(study: Study) -> None:
    await carded(study, "dose")
    card, before = study.last[INV].yes, await study.events()
    await study.press(INV, RECORD, pin=False)
    await study.record(ADM, "/people P2")
    for heard in (await study.say(INV, PINS[INV]), await study.press(INV, card)):
        assert "closed group" in heard and len(heard.text.splitlines()) == 1
    assert await study.events() == before
    assert "P2 was removed by P5" in await study.say(PI, "/audit")


async def test_who_comes_back_has_a_new_identity_and_no_old_card(study: Study) -> None:
    from bot.main import invite

    await carded(study, "dose")
    card, before = study.last[INV].yes, await study.events()
    await study.record(ADM, "/people P2")
    study.clock.now += timedelta(seconds=1)
    await study.say(INV, f"/start {await invite(study.app, 'investigator')}")
    assert "used already" in await study.press(INV, card)
    await study.say(INV, "/dose 1 0.25e8 now")
    assert "set your PIN with /pin first" in await study.press(INV, RECORD)
    assert await study.events() == before


async def test_who_is_removed_is_reminded_of_nothing(study: Study) -> None:
    from bot.reminders import tick

    await study.put(*infused(1, START))
    await study.record(ADM, "/people P2")
    study.clock.forward(days=30)
    await tick(study.dispatcher)
    assert INV not in await study.outbox()


async def test_who_is_removed_while_reminders_go_out_is_not_reminded(place: str) -> None:
    from bot.reminders import tick

    async with study_in(place) as one, study_in(place) as two:
        await one.put(*infused(1, START))
        one.clock.forward(days=30)
        two.clock.now = one.clock.now
        await two.say(ADM, "/people P2")
        await one.dispatcher.people()
        removal = Message(ADM, ADM, press=two.last[ADM].yes, kind="press")
        await two.dispatcher.handle(removal)
        [gone] = [p for p in one.dispatcher.memory.people.present if p.user == INV]
        one.dispatcher.memory.refresh = still  # type: ignore[method-assign]
        await tick(one.dispatcher)
        assert gone.user not in await two.outbox()


async def still(*_users: int) -> None:
    """What another process wrote has not been seen yet."""


async def test_removal_at_the_moment_of_the_press_lets_one_of_the_two_through(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        await carded(one, "slot")
        two.clock.now = one.clock.now
        before = len(await one.events())
        press = Message(COO, COO, press=one.last[COO].yes, kind="press")
        await two.say(ADM, "/people P3")
        removal = Message(ADM, ADM, press=two.last[ADM].yes, kind="press")
        await asyncio.gather(two.dispatcher.handle(removal), one.dispatcher.handle(press))
        query = select(events.c.stream).where(events.c.stream.in_(("trial", "people")))
        async with one.app.engine.connect() as connection:
            streams = (await connection.execute(query.order_by(events.c.position))).scalars().all()
        assert streams[-1] == "people" and streams.count("trial") - before in (0, 1)


async def test_guesses_at_once_count_each_and_open_nothing(place: str) -> None:
    async with study_in(place) as one, study_in(place) as two:
        await carded(one, "dose")
        two.clock.now = one.clock.now
        before = await one.events()
        await one.press(INV, RECORD, pin=False)
        guesses = [Message(INV, INV, f"9753{n:02}") for n in range(10, 16)]
        both = (one, two, one, two, one, two)
        await asyncio.gather(*(s.dispatcher.handle(guess) for s, guess in zip(both, guesses, strict=True)))
        failed = [x for x in await one.crowd() if isinstance(x, b.PinFailed)]
        assert len(failed) == 5
        await one.dispatcher.handle(Message(INV, INV, PINS[INV]))
        assert await one.events() == before


@pytest.mark.parametrize("kind", ["forwarded", "edited", "other"])
async def test_what_is_forwarded_or_edited_does_nothing_not_even_with_a_pin(study: Study, kind: str) -> None:
    await carded(study, "dose")
    before = await everything(study)
    await study.press(INV, RECORD, pin=False)
    for text in (PINS[INV], "/deviation 1 1e8 now", "/people P2"):
        for user in (INV, ADM, STRANGER):
            await study.say(user, text, kind=kind)
    assert await everything(study) == before
    assert "✓ Recorded" in await study.say(INV, PINS[INV])


async def test_a_card_is_nobody_elses_and_neither_is_its_pin(study: Study) -> None:
    await carded(study, "sign")
    card, before = study.last[PI].yes, await study.events()
    await study.press(PI, RECORD, pin=False)
    for user in (INV, COO, MON, ADM, STRANGER):
        for heard in (await study.press(user, card), await study.say(user, PINS[PI])):
            assert "Recorded" not in heard
    assert await study.events() == before


# ------------------------------------------------------------------ two who sign
TWO = "signing:\n  infusion_second_person: true\n  source: test\n"


async def first_of_two(study: Study, user: int = INV) -> str:
    """The first signs; the data of the button that the others get."""
    await study.put(*ready(1, START))
    study.clock.forward(days=1)
    heard = await study.record(user, "/dose 1 0.25e8 now")
    assert "Not recorded yet" in heard, heard.text
    return next(iter(study.others[PI if user == INV else INV].buttons.values()))


@pytest.fixture
async def pair(tmp_path: Path) -> object:
    from bot.main import SHIPPED, opened, read_protocol
    from tests.bot.study import Clock, _join

    file = tmp_path / "two.yaml"
    file.write_bytes(SHIPPED.read_bytes() + TWO.encode())
    clock = Clock()
    async with opened(str(tmp_path / "s.sqlite"), read_protocol(file), False, clock) as app:
        await _join(app.dispatcher, clock.now, True)
        yield Study(app, clock)


async def test_two_people_sign_an_infusion_before_it_is_recorded(pair: Study) -> None:
    button = await first_of_two(pair)
    assert pair.others.keys() == {PI} and "A second signature is needed" in pair.others[PI]
    assert not [x for x in await pair.events() if isinstance(x, e.Infused)]
    assert "Waits for a second signature" in await pair.say(PI, "/due")
    assert "Waits for a second signature" not in await pair.say(COO, "/due")
    assert "you signed this yourself" in await pair.press(INV, button)
    assert "not for the role" in await pair.press(COO, button)
    card = await pair.press(PI, button)
    assert "infused 0.25×10⁸ cells" in card and "Signed by P2" in card
    pair.clock.forward(minutes=5)
    done = await pair.press(PI, RECORD)
    record = (await pair.trial())[-1]
    assert isinstance(record.event, e.Infused) and (record.by, record.role) == ("P2", "investigator")
    first = record.signature
    assert first is not None and first.second is not None
    assert (first.name, first.second.name) == (NAMES[INV], NAMES[PI])
    assert first.digest == first.second.digest and first.second.at - first.at == timedelta(minutes=5)
    assert done.text.count("Signed:") == 2
    assert "second person ✍" in await pair.say(MON, "/subject 1")
    assert "Nothing waits" in await pair.press(PI, button)


async def test_a_second_signature_comes_within_an_hour_or_not_at_all(pair: Study) -> None:
    button = await first_of_two(pair)
    pair.clock.forward(minutes=60, seconds=1)
    assert "Nothing waits" in await pair.press(PI, button)
    assert "Waits for a second" not in await pair.say(PI, "/due")


async def test_what_changed_since_the_first_signature_is_not_signed(pair: Study) -> None:
    button = await first_of_two(pair)
    await pair.press(PI, button)
    await pair.put(*[x for n in (2, 3) for x in (*infused(n, START), e.DltConfirmed(code(n), 0, START))])
    before = await pair.events()
    assert "Recorded" not in (await pair.press(PI, RECORD)).text
    assert "the record changed since the first signature" in await pair.press(PI, button)
    assert await pair.events() == before


@pytest.mark.parametrize("line", ["/people P2", "/role P2 coordinator"])
async def test_the_first_signature_of_who_lost_access_counts_no_more(pair: Study, line: str) -> None:
    button = await first_of_two(pair)
    card = await pair.press(PI, button)
    await pair.record(ADM, line)
    before = await pair.events()
    pair.last[PI] = card
    assert "Recorded" not in (await pair.press(PI, RECORD)).text
    assert await pair.events() == before


async def test_two_who_sign_second_at_once_record_once(pair: Study) -> None:
    from bot.main import invite

    pair.clock.forward(seconds=1)
    await pair.say(99, f"/start {await invite(pair.app, 'investigator')}")
    for line in ("/name Third One", "/pin", "730155", "730155"):
        await pair.say(99, line)
    button = await first_of_two(pair)
    for user in (PI, 99):
        await pair.press(user, button)
        assert (await pair.press(user, RECORD, pin=False)).asks_pin
    pins = [Message(PI, PI, PINS[PI]), Message(99, 99, "730155")]
    await asyncio.gather(*(pair.dispatcher.handle(message) for message in pins))
    assert len([x for x in await pair.events() if isinstance(x, e.Infused)]) == 1
