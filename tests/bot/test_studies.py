"""Several studies in one bot: who is in which, where a message goes, and that nothing crosses over."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot import main as root
from bot.commands import COMMANDS
from bot.messages import Message
from bot.tags import tag_of
from rules import events as e
from storage.desks import studies_with
from storage.log import Log
from storage.queues import Arrived, Ended, Queues
from tests.bot.several import A, B, Several, other, several_in
from tests.bot.study import (
    RECORD,
    START,
    STRANGER,
    Clock,
    Study,
    cleared,
    code,
    infused,
    ready,
    screened,
    shipped,
    study_in,
)
from tests.bot.test_roles import line

ONE, TWO, BOTH = 11, 12, 13
FOREIGN = re.compile(rf"{B}|[Zz]ebra")


@asynccontextmanager
async def peopled(place: Path | str) -> AsyncIterator[Several]:
    """ONE is in A, TWO in B, BOTH in A and, since later, in B."""
    async with several_in(place) as made:
        await made.join(ONE, A)
        await made.join(TWO, B)
        await made.join(BOTH, A)
        await made.join(BOTH, B)
        yield made


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Several]:
    async with peopled(tmp_path / "two.sqlite") as made:
        yield made


@pytest.fixture
async def anywhere(place: str) -> AsyncIterator[Several]:
    """The same on SQLite and on PostgreSQL."""
    async with peopled(place) as made:
        yield made


def busy() -> list[e.Event]:
    """What happened in B: the same codes as in A, other values, events and people."""
    late = START + timedelta(days=29)
    return [
        *cleared((1, 2), START - timedelta(days=40)),
        *infused(3, START - timedelta(days=3)),
        e.AdverseEventReported(code(3), "Zebra syndrome", 4, START - timedelta(days=1)),
        *screened(4, START, age="61"),
        e.Withdrawn(code(4), "died", late),
    ]


async def walked(bot: Several, user: int, role: str) -> list[str]:
    """What somebody reads who types each command and, but for admins, presses each button once."""
    said, pressed = [], set[str]()
    lines = dict.fromkeys(x for command in COMMANDS for x in (line(command.name), f"/{command.name}"))
    for typed in [
        *lines,
        "hello",
        "/study",
        f"/study {B}",
        "CD7-003",
        "45",
        "/whatif 3 dlt",
        "/subject 4",
        "/protocol print",
    ]:
        heard = await bot.say(user, typed)
        said.append(heard.html + "".join(str(payload) for payload in heard.payloads))
        for label, data in list(heard.buttons.items()) if role != "admin" else ():
            if label not in pressed and not data[7:].startswith(("!", "/language")):
                pressed.add(label)
                answer = await bot.press(user, data)
                said.append(label + answer.html + "".join(str(payload) for payload in answer.payloads))
    return said


# ------------------------------------------------------------------ nothing crosses over
@pytest.mark.parametrize("role", ["principal_investigator", "admin"])
async def test_no_command_reply_or_button_of_one_study_depends_on_another(tmp_path: Path, role: str) -> None:
    told = []
    for events in ([], busy()):
        async with several_in(tmp_path / f"{len(events)}.sqlite") as bot:
            bot.clock.now = START
            await bot.join(TWO, B)
            await bot.join(ONE, A, role)
            await bot.put(A, *infused(1, START - timedelta(days=2)), *screened(2, START))
            await bot.put(B, *events)
            told.append([*await walked(bot, ONE, role), *(await bot.outbox()).keys()])
    empty, full = told
    assert len(full) > 50
    assert full == empty
    assert not [text for text in full if FOREIGN.search(str(text).replace(f"<code>{B}</code>", ""))], (
        "but for what they typed"
    )


async def test_somebody_in_both_reads_nothing_of_the_study_that_is_not_chosen(bot: Several) -> None:
    await bot.put(A, *infused(1, START - timedelta(days=2)), *screened(2, START))
    await bot.put(B, *busy())
    await bot.say(BOTH, f"/study {A}")
    said = []
    for command in COMMANDS:
        if command.name != "study":
            said.append((await bot.say(BOTH, line(command.name))).html)
    assert all(text.startswith(f"<b>{A}</b>\n") for text in said)
    assert not [text for text in said if FOREIGN.search(text)]


async def test_alerts_and_reminders_reach_that_study_only(bot: Several) -> None:
    await bot.put(B, *infused(1, START - timedelta(days=27)))
    await bot.app.desk.tick()
    told = await bot.outbox()
    assert told.keys() == {TWO, BOTH}
    for heard in told.values():
        assert heard.text.startswith(B) and "CD7-001" in heard
        assert all(data.startswith(tag_of(B)) for data in heard.buttons.values())
    await bot.join(14, B, "coordinator")
    await bot.say(14, "/ae 1 fever 3 now")
    await bot.app.desk.handle(Message(14, 14, press=bot.last[14].buttons[RECORD], kind="press"))
    told = await bot.outbox()
    assert told.keys() == {14, TWO, BOTH}
    assert all(heard.text.startswith(B) for heard in told.values())


async def test_strangers_and_groups_read_no_study(bot: Several) -> None:
    said = {
        (await bot.say(STRANGER, text)).text for text in ("/next", "/study", f"/study {A}", "/start xx", "hi")
    }
    said.add((await bot.press(STRANGER, f"{tag_of(A)}/next")).text)
    assert len(said) == 1 and "closed group" in said.pop()
    for user in (ONE, BOTH, STRANGER):
        heard = await bot.take(Message(user, -100, "/next", private=False))
        assert "NCT" not in heard.text and not heard.buttons
        heard = await bot.take(Message(user, -100, press="", kind="press", private=False))
        assert "NCT" not in heard.text


# ------------------------------------------------------------------ joining
async def test_a_code_opens_its_own_study_only(bot: Several) -> None:
    heard = await bot.join(20, B, "monitor")
    assert "Welcome" in heard and B in heard and A not in heard
    assert {p.user for p in (await bot.of(A).people()).present} == {ONE, BOTH}
    assert 20 in {p.user for p in (await bot.of(B).people()).present}
    code_of_a = await root.invite(bot.app, "monitor", A)
    assert tag_of(A)[1:] == code_of_a[:6]
    forged = tag_of(B)[1:] + code_of_a[6:]
    assert "closed group" in await bot.say(21, f"/start {forged}")


async def test_an_invitation_names_its_study(bot: Several) -> None:
    for study, why in (("", f"add --study with one of {A}, {B}"), ("NCT1", "is no study")):
        with pytest.raises(root.CannotStart, match=why):
            await root.invite(bot.app, "monitor", study)


async def test_who_joins_a_second_study_is_in_that_one_and_can_turn_back(bot: Several) -> None:
    assert (await bot.say(BOTH, "/next")).text.startswith(f"{B}\nEnrol at level 1")
    asked = await bot.say(BOTH, "/study")
    assert [*asked.buttons] == [B, A] and f"Now it is {B}" in asked
    assert f"This is {A}" in await bot.press(BOTH, A)
    for text in ("/next", "/status", "hello"):
        assert (await bot.say(BOTH, text)).text.startswith(A)


# ------------------------------------------------------------------ the choice
async def test_without_a_choice_everybody_in_several_is_asked_and_nothing_is_read(tmp_path: Path) -> None:
    file, clock = tmp_path / "s.sqlite", Clock()
    for protocol in (shipped(), other()):  # two bots of one study each, which become one
        async with several_in(file, protocol, clock=clock) as bot:
            bot.app.desk.several = False
            bot.app.desk._kept.clear()
            await bot.join(ONE, protocol.trial.id)
    async with several_in(file, clock=clock) as bot:
        for text in ("/new now", "/next", "45"):
            heard = await bot.say(ONE, text)
            assert heard.text.startswith("Which study?") and "nothing was read" in heard
        assert "edit" in (await bot.say(ONE, "/new now", kind="edited")).text
        assert "delete" in (await bot.say(ONE, "her name is Wang Fang")).text
        assert "Wang" not in str(bot.last[ONE].payloads)
        await bot.press(ONE, B)
        assert (await bot.say(ONE, "/new now")).text.startswith(B)
        assert not await bot.events(A) and not await bot.events(B)


async def test_a_choice_stays_across_restarts_and_processes(anywhere: Several, place: str) -> None:
    async with several_in(place) as second:
        for study in (A, B, A):
            await anywhere.say(BOTH, f"/study {study.lower()}")
            assert (await second.say(BOTH, "/next")).text.startswith(study)


async def test_one_study_needs_no_choice_and_says_which_it_is(bot: Several) -> None:
    assert f"This is {A}, version 1.0" in await bot.say(ONE, "/study")
    assert "zebra" not in (await bot.say(ONE, f"/study {B}")).text.casefold()


async def test_who_is_removed_loses_that_study_at_once_in_every_process(
    anywhere: Several, place: str
) -> None:
    await anywhere.join(15, A, "admin")
    async with several_in(place) as second:
        await second.say(BOTH, f"/study {A}")
        assert "Enrol" in await second.say(BOTH, "/next")
        await anywhere.say(15, "/people P2")
        await anywhere.press(15, RECORD)
        heard = await second.say(BOTH, "/next")  # the choice was A: it falls back to nothing
        assert "Enrol" not in heard and A not in heard and [*heard.buttons] == [B]
        assert "another study" in await second.press(BOTH, f"{tag_of(A)}/next")
        await second.press(BOTH, heard.buttons[B])
        assert (await second.say(BOTH, "/next")).text.startswith(B)


# ------------------------------------------------------------------ buttons, questions and cards
async def test_a_button_acts_in_the_study_of_its_message_whatever_is_chosen(bot: Several) -> None:
    await bot.say(BOTH, f"/study {A}")
    card = (await bot.say(BOTH, "/new now")).buttons[RECORD]
    await bot.say(BOTH, f"/study {B}")
    heard = await bot.press(BOTH, card)
    assert heard.text.startswith(A) and "Recorded #1" in heard
    assert [type(x) for x in await bot.events(A)] == [e.Consented] and not await bot.events(B)
    assert (await bot.say(BOTH, "/next")).text.startswith(A), "the press turned to A"


async def test_the_language_of_a_person_is_known_without_the_database(bot: Several) -> None:
    await bot.say(BOTH, f"/study {A}")
    for typed in ("/language zh", "/next"):
        await bot.say(BOTH, typed)
    known = [bot.app.desk.language(Message(user, user, language="en")) for user in (BOTH, ONE, 777)]
    assert known == ["zh", "en", "en"]
    assert bot.app.desk.language(Message(777, 777, language="zh-hans")) == "zh"


async def test_a_card_of_one_study_is_not_the_card_of_the_same_number_in_another(bot: Several) -> None:
    buttons = {}
    for study in (A, B):
        await bot.say(BOTH, f"/study {study}")
        buttons[study] = (await bot.say(BOTH, "/new now")).buttons[RECORD]
    assert buttons[A][:7] != buttons[B][:7]
    await bot.press(BOTH, buttons[A])
    assert len(await bot.events(A)) == 1 and not await bot.events(B)


FORGED = [
    "/new now",
    "!1:yes",
    "!2:yes",
    "!3:yes",
    "=2:0",
    "",
    "@",
    "@AAAAAA/new now",
    "/study @AAAAAA",
    "garbage",
]


async def test_a_button_without_the_tag_of_ones_study_does_nothing(bot: Several) -> None:
    await bot.say(BOTH, "/new now")
    for data in FORGED:
        for user, pressed in ((BOTH, data), (ONE, data), (ONE, f"{tag_of(B)}{data}")):
            heard = await bot.press(user, pressed)
            assert heard.text.startswith("That button belongs to another study")
    assert not await bot.events(A) and not await bot.events(B)


async def test_words_meant_for_one_study_answer_no_question_of_another(bot: Several) -> None:
    for study in (A, B):
        await bot.put(study, e.Consented(code(1), START))
    await bot.say(BOTH, f"/study {A}")
    asked_in_a = await bot.say(BOTH, "/screen 1")
    assert "Age at screening" in asked_in_a
    await bot.say(BOTH, f"/study {B}")
    assert "Age at screening" in await bot.say(BOTH, "/screen 1")
    await bot.say(BOTH, f"/study {A}")
    heard = await bot.say(BOTH, "45")  # meant for B, the question read last, or for A's old one
    assert heard.text.startswith(A) and "Systemic sclerosis" not in heard
    heard = await bot.press(BOTH, asked_in_a.buttons["Unclear"])
    assert "stale" not in heard and heard.text.startswith(A)
    heard = await bot.say(BOTH, "/screen 1")
    assert "Age at screening" not in heard.text or heard.text.startswith(A)


async def test_a_button_of_a_question_left_open_answers_it_and_the_next_words_stay_there(
    bot: Several,
) -> None:
    for study in (A, B):
        await bot.put(study, e.Consented(code(1), START))
    await bot.say(BOTH, f"/study {A}")
    unclear = (await bot.say(BOTH, "/screen 1")).buttons["Unclear"]
    await bot.say(BOTH, f"/study {B}")
    await bot.say(BOTH, "/screen 1")
    heard = await bot.press(BOTH, unclear)
    assert heard.text.startswith(A) and "(15 left)" in heard
    assert (await bot.say(BOTH, "yes")).text.startswith(A)
    assert "(16 left)" not in bot.last[BOTH]
    drafts = (await bot.of(B).chat(BOTH)).drafts
    assert all(dict(asked.given).keys() == {"subject", "_typed"} for asked in drafts.values())


# ------------------------------------------------------------------ the desk's queues and memory
async def test_an_update_is_stored_once_and_done_with_the_events_it_caused(anywhere: Several) -> None:
    await anywhere.app.queues.store([Arrived(7, BOTH, {"text": "/new now"})], anywhere.clock.now)
    await anywhere.app.desk.handle(Message(BOTH, BOTH, "/new now"), 7)
    assert not await anywhere.app.queues.unanswered()
    letters = await anywhere.app.queues.turn([], anywhere.clock.now, 50)
    await anywhere.app.desk.handle(Message(BOTH, BOTH, "/new now"), 7)  # again, after a crash
    await anywhere.app.desk.handle(Message(BOTH, BOTH, "/study"), 7)
    done = [Ended(letter.id, letter.chat) for letter in letters]
    assert len(letters) == 1 and not await anywhere.app.queues.turn(done, anywhere.clock.now, 50)


async def test_what_an_earlier_program_queued_under_the_study_is_the_desks(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    async with study_in(file) as study:
        old = Queues(study.app.engine, A)
        await old.store([Arrived(1, 5, {"text": "/next"}), Arrived(2, 5, {"text": "/status"})], START)
        await study.app.queues.store([Arrived(2, 5, {"text": "new"})], START)
        log = Log(study.app.engine, A, study.dispatcher.log.codec)
        from storage.log import Letter

        await log.append([], [Letter(5, {"html": "late", "buttons": []})], START)
        await study.app.desk.tick()
        assert [a.payload["text"] for a in await study.app.queues.unanswered()] == ["/next", "new"]
        assert [letter.payload["html"] for letter in await study.app.queues.turn([], START, 50)] == ["late"]


async def test_dispatchers_are_made_when_needed_and_the_least_used_are_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.KEPT", 2)
    many = [shipped(), *(other(f"NCT9{n:07}") for n in range(4))]
    async with several_in(tmp_path / "many.sqlite", *many) as bot:
        assert not bot.app.desk._kept
        for protocol in many:
            await bot.join(30, protocol.trial.id)
        assert len(bot.app.desk._kept) == 2
        assert (await bot.say(30, "/next")).text.startswith(many[-1].trial.id)
        await bot.put(many[0].trial.id, *infused(1, START - timedelta(days=27)))
        for _ in range(5):
            await bot.app.desk.tick()
        assert (await bot.outbox())[30].text.startswith(many[0].trial.id), "every study is looked at in turn"
        assert len(bot.app.desk._kept) <= 2


async def test_a_study_that_fails_holds_up_no_other(bot: Several) -> None:
    await bot.put(B, *infused(1, START - timedelta(days=27)))
    bot.of(A).clock = None  # type: ignore[assignment]
    await bot.app.desk.tick()
    assert (await bot.outbox()).keys() == {TWO, BOTH}


async def test_a_bot_of_one_study_marks_nothing(tmp_path: Path) -> None:
    async with study_in(tmp_path / "s.sqlite") as study:
        heard: Study = study
        answer = await heard.say(1, "/next")
        assert answer.text.startswith("Enrol") and "/why" in answer.buttons.values()


async def test_a_bot_that_once_served_another_study_takes_no_button_of_before(tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    async with study_in(file) as study:
        await study.say(1, "/new now")
        old = study.last[1].buttons[RECORD]
    async with several_in(file, other()) as bot:
        await bot.join(1, B)
        await bot.say(1, "/new now")
        assert "another study" in await bot.press(1, old)
        assert not await bot.events(B)


# ------------------------------------------------------------------ which files
def files(folder: Path, **texts: str) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def test_protocol_names_several_files_or_a_folder(tmp_path: Path) -> None:
    text = root.SHIPPED.read_text("utf-8")
    folder = files(tmp_path / "all", a=text, b=text.replace(A, B))
    (folder / "notes.txt").write_text("not a protocol")
    both = [str(folder / "a.yaml"), str(folder / "b.yaml")]
    for named in (str(folder), os.pathsep.join(both)):
        found = root.read_protocols(root.settings({"PROTOCOL": named}).protocols)
        assert [protocol.trial.id for protocol in found] == [A, B]


def test_files_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    text = root.SHIPPED.read_text("utf-8")
    twice = files(tmp_path / "twice", a=text, b=text)
    with pytest.raises(root.CannotStart, match=f"a.yaml and .*b.yaml are both of {A}"):
        root.read_protocols([twice])
    broken = files(tmp_path / "broken", a=text, b=text.replace(A, B).replace("size: 3", "size: 0"), c="x: 1")
    with pytest.raises(root.CannotStart, match=r"b.yaml: (?s:.*)c.yaml: ") as refusal:
        root.read_protocols([broken])
    assert "a.yaml" not in str(refusal.value)
    with pytest.raises(root.CannotStart, match="names no file"):
        root.read_protocols([files(tmp_path / "empty")])
    with pytest.raises(root.CannotStart, match="Set PROTOCOL to a file"):
        root.read_protocols([tmp_path / "none.yaml"])


@pytest.mark.parametrize(("token", "desk"), [("123456:AAbb", "bot:123456"), ("", "desk"), ("odd", "desk")])
def test_a_desk_is_named_after_the_bots_number_not_its_secret(token: str, desk: str) -> None:
    assert root.settings({"BOT_TOKEN": token}).desk == desk


async def test_ready_subjects_of_the_same_code_are_two_people(bot: Several) -> None:
    await bot.put(A, *ready(1, START - timedelta(days=1)))
    await bot.put(B, *screened(1, START - timedelta(days=1)))
    await bot.say(BOTH, f"/study {A}")
    assert "✓ Sign" in (await bot.say(BOTH, "/dose 1 0.25e8 now")).buttons
    await bot.say(BOTH, f"/study {B}")
    assert "✓ Sign" not in (await bot.say(BOTH, "/dose 1 0.25e8 now")).buttons


async def test_a_pin_that_another_study_waits_for_is_read_nowhere(bot: Several) -> None:
    await bot.say(BOTH, f"/study {A}")
    assert "PIN" in await bot.say(BOTH, "/pin")
    await bot.say(BOTH, f"/study {B}")
    heard = await bot.say(BOTH, "482913")
    assert "was not read" in heard and "482913" not in str(await bot.of(B).log.read(f"chat:{BOTH}"))
    bot.clock.forward(minutes=11)
    assert "PIN" not in await bot.say(BOTH, "482913")
    await bot.say(BOTH, f"/study {A}")
    assert "PIN" not in await bot.say(BOTH, "482913"), "turning back does not take the question up"


async def test_finding_a_persons_studies_looks_at_an_index(anywhere: Several) -> None:
    assert await studies_with(anywhere.app.engine, f"chat:{BOTH}") == [B, A]
    if anywhere.app.engine.dialect.name == "sqlite":
        query = "explain query plan select study from events where stream = ? and seq = 1 order by study"
        async with anywhere.app.engine.connect() as connection:
            [plan] = (await connection.exec_driver_sql(query, ("chat:1",))).all()
        assert "USING INDEX first_events (stream=?)" in plan[3]
