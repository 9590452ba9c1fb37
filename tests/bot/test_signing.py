"""Signatures: a PIN, a printed name, a meaning, bound to exactly what was signed; and when one is void."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot import events as b
from bot.chat import CARD_LIFE
from bot.people import PIN_LOCK, fold_people
from bot.signatures.pins import HASHER, examined, matches, problem
from rules import events as e
from storage.log import Batch, Record
from storage.signatures import digest_of
from tests.bot.study import (
    ADM,
    COO,
    INV,
    MON,
    NAMES,
    PI,
    PINS,
    RECORD,
    SIGN,
    START,
    Heard,
    Study,
    cleared,
    code,
    infused,
    ready,
    screened,
    study_in,
)  # fmt: skip
from tests.bot.test_cards import SCENES, carded

S = code(1)


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only; the races, and the signed cards of other files, run on both."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


SIGNED = ("eligible", "dose", "deviation", "dlt", "not_dlt", "assess", "sign", "correct")
WRONG = "975310"


# ------------------------------------------------------------------ what is signed, and how
@pytest.mark.parametrize("name", SCENES)
async def test_what_needs_a_signature_is_recorded_with_one_bound_to_its_events(
    study: Study, name: str
) -> None:
    user, card = await carded(study, name)
    done = await study.press(user, RECORD)
    record = (await study.trial())[-1]
    if name not in SIGNED:
        assert record.signature is None and "Signed:" not in done
        return
    signature = record.signature
    assert signature is not None and signature.second is None
    assert (signature.name, signature.role, signature.at) == (NAMES[user], record.role, study.clock.now)
    assert f"“{signature.meaning}”" in card and f"Signed: {NAMES[user]} ({record.by}), " in done
    assert signature.digest == digest_of([study.dispatcher.log.codec.encode(record.event)])


async def correct(study: Study, user: int, number: int, *answers: str) -> Heard:
    """The card of a correction."""
    heard = await study.say(user, f"/correct {number}")
    for answer in (*answers, "Typing error"):
        heard = await (study.press(user, answer) if answer in heard.buttons else study.say(user, answer))
    assert heard.yes, heard.text
    return heard


async def test_several_events_of_one_card_share_one_signature(study: Study) -> None:
    await study.put(*ready(1, START), e.Infused(S, 1, 0.25e8, True, START))
    await correct(study, PI, len(await study.events()), "dose", "1e8")
    await study.press(PI, RECORD)
    one, two = (await study.trial())[-2:]
    encode = study.dispatcher.log.codec.encode
    assert one.signature == two.signature and one.signature is not None
    assert one.signature.digest == digest_of([encode(one.event), encode(two.event)])


async def test_nothing_is_recorded_before_the_pin_and_nothing_with_a_wrong_one(study: Study) -> None:
    await carded(study, "dose")
    before = await study.events()
    assert SIGN in study.last[INV].buttons
    assert "Your PIN?" in await study.press(INV, RECORD, pin=False)
    assert await study.events() == before
    assert "Wrong PIN" in await study.say(INV, WRONG)
    assert "6 to 12 digits" in await study.say(INV, "ward seven")
    assert await study.events() == before
    assert "✓ Recorded" in await study.say(INV, PINS[INV])
    assert (await study.events())[:-1] == before


async def test_a_card_is_decided_again_when_the_pin_arrives(study: Study) -> None:
    await carded(study, "dose")
    await study.press(INV, RECORD, pin=False)
    toxic = [x for n in (2, 3) for x in (*infused(n, START), e.DltConfirmed(code(n), 0, START))]
    await study.put(*toxic)
    before = await study.events()
    heard = await study.say(INV, PINS[INV])
    assert "The record changed" in heard and "is not open for infusion" in heard
    assert await study.events() == before
    assert "nobody asked for it" in await study.say(INV, PINS[INV])


async def test_a_pin_that_comes_when_the_card_is_old_records_nothing(study: Study) -> None:
    await carded(study, "dose")
    study.clock.now += CARD_LIFE - timedelta(seconds=1)
    await study.press(INV, RECORD, pin=False)
    before = await study.events()
    study.clock.now += timedelta(seconds=2)
    assert "older than 10 minutes" in await study.say(INV, PINS[INV])
    assert await study.events() == before


async def test_a_pin_typed_where_none_was_asked_for_is_taken_away_and_answers_nothing(study: Study) -> None:
    await study.put(*ready(1, START))
    await study.say(INV, "/dose 1")
    assert "nobody asked for it" in await study.say(INV, PINS[INV], message_id=8)
    assert study.last[INV].payloads[0]["delete"] == 8
    chat = await study.dispatcher.log.read(f"chat:{INV}")
    assert PINS[INV] not in repr(chat)
    assert "when was the infusion?" in await study.say(INV, "25000000")


@pytest.mark.parametrize("pin", [PINS[INV], WRONG, "20250318", "９７５３１０", "975 310"])
async def test_no_pin_is_compared_that_was_not_asked_for(study: Study, pin: str) -> None:
    await lock(study)
    heard = await study.say(INV, pin, message_id=8)
    assert heard.payloads[0]["delete"] == 8
    assert "A number like this could be a PIN, and nobody asked for it." in heard
    assert len([x for x in await study.crowd() if isinstance(x, b.PinFailed)]) == 5


@pytest.mark.parametrize(
    "line",
    [
        "/pin {}", "/pin@bot {}", "/ae 1 {}", "/ae 1 {} Garcia 975", "/slot 1 {}", "/name {}", "/nothing {}",
        "/cancel {}", "/correct 2 answer 46 {}", "/people {}", "/role {}", "my pin {}", "密码{}", "{} ok",
        "ok {}", "口令 97 53 10", "{}。",
    ],
)  # fmt: skip
@pytest.mark.parametrize("pin", ["975310", "９７５３１０"])
async def test_a_pin_in_a_line_is_repeated_and_kept_nowhere_and_taken_away(
    study: Study, line: str, pin: str
) -> None:
    await study.put(*screened(1, START))
    user = ADM if line.startswith(("/people", "/role")) else INV
    heard = await study.say(user, line.format(pin), message_id=8)
    assert [p["delete"] for p in heard.payloads if "delete" in p] == [8]
    assert not any(found in heard.text for found in ("975310", "９７５３１０"))
    chat = await study.dispatcher.log.read(f"chat:{user}")
    assert not any(found in repr(chat) for found in ("975310", "９７５３１０", "Garcia"))


async def test_a_number_that_a_question_takes_is_an_answer_and_a_reason_holds_no_pin(study: Study) -> None:
    await study.put(*ready(1, START))
    await study.say(INV, "/correct 2")
    await study.press(INV, "answer")
    await study.say(INV, "46")
    heard = await study.say(INV, "typed 975310 twice", message_id=8)
    assert "nobody asked for it" in heard and heard.payloads[0]["delete"] == 8
    assert (await study.say(INV, "lot 975310 was meant", message_id=8)).yes
    for typed in ("25000000", "24873512 cells", "24,873,512"):
        await study.say(INV, "/dose 1")
        assert "when was the infusion?" in await study.say(INV, typed, message_id=8)


async def test_words_that_were_not_read_stand_in_no_record(study: Study) -> None:
    await study.put(*infused(1, START))
    await study.say(INV, "/ae 1 Fever of Garcia 12 now at bed")
    for answer in ("Fever", "3", "now"):
        await study.say(INV, answer)
    await study.press(INV, RECORD)
    kept = (await study.trial())[-1]
    assert isinstance(kept.event, e.AdverseEventReported)
    assert kept.typed == "/ae CD7-001 … ; Fever ; 3 ; now"
    assert "Garcia" not in repr(await study.dispatcher.log.read(f"chat:{INV}"))


async def test_a_pin_that_is_no_longer_awaited_is_told_so(study: Study) -> None:
    await carded(study, "dose")
    await study.press(INV, RECORD, pin=False)
    study.clock.now += CARD_LIFE + timedelta(seconds=1)
    assert "more than 10 minutes ago" in await study.say(INV, PINS[INV], message_id=4)
    assert study.last[INV].payloads[0]["delete"] == 4


async def test_somebody_elses_pin_is_wrong_and_a_cancelled_card_takes_none(study: Study) -> None:
    await carded(study, "dose")
    before = await study.events()
    await study.press(INV, RECORD, pin=False)
    assert "Wrong PIN" in await study.say(INV, PINS[PI])
    await study.say(INV, "/cancel")
    assert "nobody asked for it" in await study.say(INV, PINS[INV])
    assert await study.events() == before


# ------------------------------------------------------------------ wrong tries
async def lock(study: Study) -> str:
    """Five wrong PINs for a card; the data of its button."""
    await carded(study, "dose")
    card = study.last[INV].yes
    await study.press(INV, RECORD, pin=False)
    for _ in range(4):
        assert "Wrong PIN" in await study.say(INV, WRONG)
    assert not study.others
    assert "fifth time" in await study.say(INV, WRONG)
    return card


async def test_five_wrong_pins_lock_it_for_fifteen_minutes_and_are_told(study: Study) -> None:
    card = await lock(study)
    assert study.others.keys() == {PI, ADM} and "P2" in study.others[PI]
    assert "locked until" in await study.press(INV, card, pin=False)
    assert "nobody asked for it" in await study.say(INV, PINS[INV])
    assert "locked until" in await study.say(INV, "/pin")
    study.clock.now += PIN_LOCK
    await study.say(INV, "/dose 1 0.25e8 now")
    assert "✓ Recorded" in await study.press(INV, RECORD)
    failed = [x for x in await study.crowd() if isinstance(x, b.PinFailed)]
    assert len(failed) == 5 and "wrong PIN" in await study.say(MON, "/audit")


async def test_the_right_pin_clears_the_wrong_tries(study: Study) -> None:
    await carded(study, "dose")
    await study.press(INV, RECORD, pin=False)
    for _ in range(4):
        await study.say(INV, WRONG)
    assert "✓ Recorded" in await study.say(INV, PINS[INV])
    assert (await study.dispatcher.people()).pin("P2").left == 5


# ------------------------------------------------------------------ setting a PIN and a name
@pytest.mark.parametrize(
    ("pin", "wrong"),
    [
        ("12345", "shape"), ("1234567890123", "shape"), ("12a456", "shape"), ("", "shape"),
        ("١٢٣٤٥٦", "shape"),
        ("123456", "trivial"), ("654321", "trivial"), ("890123", "trivial"), ("111111", "trivial"),
        ("121212", "trivial"), ("123123", "trivial"), ("112233", "trivial"), ("100000", "trivial"),
        ("123321", "trivial"), ("246802", "trivial"), ("730155", ""), ("20250318", ""),
    ],
)  # fmt: skip
def test_a_pin_has_six_digits_that_nobody_guesses(pin: str, wrong: str) -> None:
    assert problem(pin) == wrong


async def test_a_pin_is_hashed_with_argon2id_beside_the_loop() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.001)
            beats += 1

    beating = asyncio.create_task(beat())
    typed = await examined("new", "730155", "")
    beating.cancel()
    assert typed.hashed.startswith("$argon2id$v=19$m=65536,t=3,p=1$") and "730155" not in typed.hashed
    assert matches(typed.hashed, "730155") and not matches(typed.hashed, "730156")
    assert not matches("", "730155") and not matches("no hash", "730155")
    assert beats > 5
    assert not HASHER.check_needs_rehash(typed.hashed)


async def test_a_pin_is_typed_twice_and_changed_only_with_the_old_one(tmp_path: Path) -> None:
    async with study_in(tmp_path / "s.sqlite", pins=False) as study:
        assert "Choose a PIN" in await study.say(INV, "/pin")
        assert "guessed first" in await study.say(INV, "123456")
        assert "once more" in await study.say(INV, "730155")
        assert "not the same" in await study.say(INV, "730156")
        assert "once more" in await study.say(INV, "730155")
        assert "is set" in await study.say(INV, "730155")
        assert "old PIN" in await study.say(INV, "/pin")
        assert "Wrong PIN" in await study.say(INV, "551037")
        assert "Choose a PIN" in await study.say(INV, "730155")
        await study.say(INV, "551037")
        assert "is set" in await study.say(INV, "551037")
        kept = (await study.dispatcher.people()).pin("P2").hashed
        assert matches(kept, "551037") and not matches(kept, "730155")
        sets = [x for x in await study.crowd() if isinstance(x, b.PinSet)]
        assert len(sets) == 2 and "set a PIN" in await study.say(ADM, "/audit")


async def test_without_a_pin_or_a_name_nobody_signs_in_a_real_study(tmp_path: Path) -> None:
    async with study_in(tmp_path / "s.sqlite", pins=False) as study:
        await study.put(*ready(1, START))
        study.clock.forward(days=1)
        await study.say(INV, "/dose 1 0.25e8 now")
        heard = await study.press(INV, RECORD)
        assert "set your PIN with /pin first" in heard and "/pin" in heard.buttons.values()
        assert "printed name" in heard
        for line in ("/pin", "730155", "730155"):
            await study.say(INV, line)
        await study.say(INV, "/dose 1 0.25e8 now")
        assert "/name Wei Li" in await study.press(INV, RECORD)
        assert "Ana Núñez, investigator" in await study.say(INV, "/name Ana  Núñez")
        await study.say(INV, "/dose 1 0.25e8 now")
        await study.press(INV, RECORD)
        assert "✓ Recorded" in await study.say(INV, "730155")
        signature = (await study.trial())[-1].signature
        assert signature is not None and signature.name == "Ana Núñez"


@pytest.mark.parametrize("name", ["Max Born", "王女士", "Mr. Li Wei", "O'Brien-Smith", "阿卜杜拉·买买提"])
async def test_a_printed_name_is_never_refused_as_personal_and_stands_in_signatures_only(
    tmp_path: Path, name: str
) -> None:
    async with study_in(tmp_path / "s.sqlite", pins=False) as study:
        assert name in await study.say(INV, f"/name {name}")
        for user, line in ((ADM, "/people"), (ADM, "/audit"), (MON, "/status"), (COO, "/subject 1")):
            assert name not in await study.say(user, line)
        chat = await study.dispatcher.log.read(f"chat:{INV}")
        assert name not in repr([record.event for record in chat])
        assert "Not kept" in await study.say(INV, "/name Li 13812345678")
        assert "2 to 60 letters" in await study.say(INV, "/name R2-D2")


@pytest.mark.parametrize("line", ["/pin 730155", "/PIN@bot  my secret 730155", "/pin  730-155"])
async def test_a_pin_behind_the_command_sets_none_and_is_taken_away(tmp_path: Path, line: str) -> None:
    async with study_in(tmp_path / "s.sqlite", pins=False) as study:
        for _ in range(2):
            heard = await study.say(INV, line, message_id=8)
            assert "Send /pin alone" in heard and heard.payloads[0]["delete"] == 8
            assert "730" not in heard and "secret" not in heard
            await study.say(INV, "/pin")
        assert not (await study.dispatcher.people()).pin("P2").hashed


def test_two_who_had_one_name_before_that_was_refused_are_told_apart() -> None:
    people = fold_people([b.Named("P2", "Wei Li", START), b.Named("P5", "WEI  LI", START)])
    assert people.named("Wei Li") == "Wei Li (P2/P5)"
    assert people.named("practice investigator") == "practice investigator"


@pytest.mark.parametrize("taken", ["max born", "Max  BORN", "W Ł", "Maxim"])
async def test_a_printed_name_that_another_has_or_had_is_refused(study: Study, taken: str) -> None:
    await study.say(ADM, "/name Maxim")
    await study.say(ADM, "/name Maxime")
    assert "another person of this study has or had" in await study.say(INV, f"/name {taken}")
    assert (await study.dispatcher.people()).names["P2"] == NAMES[INV]


async def test_a_change_of_a_printed_name_stands_in_the_audit_and_ones_own_comes_back(
    study: Study,
) -> None:
    await study.say(INV, "/name Ana Núñez")
    assert f"P2 changed the printed name from “{NAMES[INV]}” to “Ana Núñez”" in await study.say(ADM, "/audit")
    again = [b.Removed("P2", START), b.Joined("P6", INV, "investigator", "", START)]
    records, head = tuple(Record(x, START, START) for x in again), len(await study.crowd())
    await study.dispatcher.log.append([Batch("people", head, records)], [], START)
    assert "Ana Núñez, investigator" in await study.say(INV, "/name Ana Núñez")


async def test_in_practice_the_press_signs_until_somebody_sets_a_pin(tmp_path: Path) -> None:
    async with study_in(tmp_path / "s.sqlite", practice=True) as study:
        await study.put(*ready(1, START), *ready(2, START))
        await study.say(INV, "/dose 1 0.25e8 now")
        assert SIGN not in study.last[INV].buttons
        assert "✓ Recorded" in await study.press(INV, RECORD)
        signature = (await study.trial())[-1].signature
        assert signature is not None and signature.name == "practice investigator"
        for line in ("/pin", "730155", "730155"):
            await study.say(INV, line)
        await study.say(INV, "/dose 2 0.25e8 now")
        assert SIGN in study.last[INV].buttons
        assert (await study.press(INV, RECORD, pin=False)).asks_pin
        assert "✓ Recorded" in await study.say(INV, "730155")


# ------------------------------------------------------------------ a PIN stands nowhere
async def test_a_pin_is_deleted_from_the_chat_and_kept_nowhere(tmp_path: Path) -> None:
    from bot.channels.arrivals import message_of, read, to_store

    async with study_in(tmp_path / "s.sqlite") as study:
        user, _ = await carded(study, "dose")
        queues, update = study.app.queues, 0

        async def typed(words: str) -> None:
            nonlocal update
            update += 1
            person = {"id": user, "is_bot": False, "language_code": "en"}
            letter = {"message_id": 70 + update, "chat": {"id": user, "type": "private"}, "from": person}
            arrival = read({"update_id": update, "message": letter | {"text": words}})
            stored = to_store(arrival) if arrival else None
            assert stored is not None
            await queues.store([stored], study.clock.now)
            await study.dispatcher.handle(message_of(stored), update)

        await study.press(user, RECORD, pin=False)
        await typed("975311")
        await typed(PINS[user])
        heard = await study.read(user)
        assert [p["delete"] for p in heard.payloads if "delete" in p] == [71, 72]
        assert all("Please delete it" in p["otherwise"] for p in heard.payloads if "delete" in p)
        record = (await study.trial())[-1]
        assert isinstance(record.event, e.Infused) and record.typed == "/dose 1 ; 25000000 ; now"
        files = await asyncio.to_thread(lambda: [path.read_bytes() for path in tmp_path.iterdir()])
        assert not [pin for pin in (b"975311", PINS[user].encode()) if any(pin in data for data in files)]


# ------------------------------------------------------------------ void
async def sign_eligible(study: Study, number: int = 1) -> None:
    await study.put(*screened(number, START))
    await study.record(INV, f"/eligible {number}")


async def test_an_answer_that_changes_voids_the_signature_on_eligibility(study: Study) -> None:
    await sign_eligible(study)
    signed = len(await study.events())
    study.clock.forward(hours=3)
    await study.put(e.Answered(S, "age", "45", START + timedelta(hours=1)))  # the same again
    assert "place at level 1" in await study.say(COO, "/slot 1")
    await study.put(e.Answered(S, "age", "46", START + timedelta(hours=2)))
    shown = await study.say(MON, "/subject 1")
    assert f"{NAMES[INV]} (P2), investigator: “I confirm that CD7-001 is eligible.”" in shown
    assert f"void since #{signed + 2}: value changed" in shown
    refused = await study.say(COO, "/slot 1")
    assert f"before a value changed (#{signed + 2})" in refused and not refused.yes
    await study.record(INV, "/eligible 1")
    assert "void since" in await study.say(MON, "/subject 1")  # the old one still is
    assert (await study.say(COO, "/slot 1")).yes


async def test_a_correction_says_which_signatures_it_voids_and_offers_to_sign_anew(study: Study) -> None:
    await sign_eligible(study)
    signed = len(await study.events())
    age = next(n for n, x in enumerate(await study.events(), 1) if getattr(x, "fact", "") == "age")
    card = await correct(study, INV, age, "answer", "44")
    assert f"Voids the signature on #{signed} (CD7-001: eligibility confirmed)" in card
    done = await study.press(INV, RECORD)
    assert f"Voids the signature on #{signed}" in done and "/eligible CD7-001" in done.buttons.values()
    assert "to be confirmed anew" in await study.say(COO, "/slot 1")
    timeline = await study.say(MON, "/subject 1")
    assert "“I correct entry" in timeline


@pytest.mark.parametrize("stage", ["lymphodepletion", "dose"])
async def test_no_step_towards_a_dose_rests_on_a_void_signature(study: Study, stage: str) -> None:
    await sign_eligible(study)
    steps = [e.SlotHeld(S, 1, START), e.ApheresisDone(S, START), e.LymphodepletionStarted(S, START)]
    await study.put(*(steps if stage == "dose" else steps[:-1]))
    line = {"dose": "/dose 1 0.25e8 now", "lymphodepletion": "/lymphodepletion 1 now"}[stage]
    assert (await study.say(INV, line)).yes
    await study.put(e.Answered(S, "failed_agents", "4", START))
    refused = await study.say(INV, line)
    assert "Eligibility was signed before a value changed" in refused and not refused.yes
    assert "/eligible CD7-001" in refused.buttons.values()
    await study.record(INV, "/eligible 1")
    assert (await study.say(INV, line)).yes


async def test_an_event_corrected_after_its_adjudication_is_adjudicated_anew(study: Study) -> None:
    await study.put(*infused(1, START), e.AdverseEventReported(S, "Fever", 3, START))
    event = len(await study.events())
    await study.say(INV, "/dlt 1")
    await study.record(INV, "Not a DLT")
    study.clock.forward(days=29)
    await study.record(INV, "/assess 1")
    card = await correct(study, INV, event, "grade", "4")
    assert card.text.count("Voids the signature on") == 2
    assert "An event is to be adjudicated" in (await study.press(INV, RECORD), study.others[PI])[1]
    assert "not adjudicated" in await study.say(INV, "/assess 1")
    assert f"event #{event}" in await study.say(INV, "/due")
    await study.say(INV, "/dlt 1")
    await study.record(INV, "Not a DLT")
    await study.record(INV, "/assess 1")
    assert "It is recorded already" in await study.say(INV, "/assess 1")


async def test_no_level_opens_on_a_void_signature(study: Study) -> None:
    await study.put(*cleared((1, 2, 3), START), e.AdverseEventReported(S, "Fever", 2, START))
    study.clock.forward(days=30)
    await study.put(e.WindowAssessed(S, study.clock.now))
    await correct(study, INV, len(await study.events()) - 1, "event", "Chills")
    await study.press(INV, RECORD)
    refused = await study.say(PI, "/sign")
    assert "CD7-001: assessment of the window, void since" in refused and not refused.yes
    assert "/assess CD7-001" in refused.buttons.values()
    await study.record(INV, "/assess 1")
    assert "Level 2" in await study.record(PI, "/sign")


async def test_a_dose_that_is_corrected_shows_its_first_signature_as_void(study: Study) -> None:
    await study.put(*ready(1, START))
    await study.record(INV, "/dose 1 0.25e8 now")
    dose = len(await study.events())
    await correct(study, INV, dose, "dose", "0.24e8")
    await study.press(INV, RECORD)
    lines = (await study.say(MON, "/subject 1")).text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"#{dose} "))
    assert "0.24×10⁸" in lines[at] and f"void since #{dose + 1}" in lines[at + 1]
    assert "Mon 2026-03-02 09:00" in lines[at + 1]


# ------------------------------------------------------------------ in the database
async def test_the_signature_stands_in_the_events_row(tmp_path: Path) -> None:
    import sqlite3

    async with study_in(tmp_path / "s.sqlite") as study:
        await carded(study, "sign")
        await study.press(PI, RECORD)
    with sqlite3.connect(tmp_path / "s.sqlite") as connection:
        query = "select signature, data, kind from events where stream = 'trial' order by seq desc limit 1"
        signature, data, kind = connection.execute(query).fetchone()
    kept = json.loads(signature)
    assert kept["digest"] == digest_of([(kind, json.loads(data))])
    assert (kept["name"], kept["role"]) == (NAMES[PI], "principal_investigator")
    assert kept["meaning"] == "I open places at level 2 (1×10⁸)."


async def test_a_signature_is_asked_for_in_chinese_too(study: Study) -> None:
    await study.say(INV, "/language zh")
    await study.put(*ready(1, START))
    card = await study.say(INV, "/dose 1 0.25e8 now")
    assert "✓ 签署" in card.buttons and "我确认CD7-001的本次回输。" in card
    assert "✓ 已记录" in await study.press(INV, RECORD)
    assert "PIN错误" in (await _wrong(study)).text


async def _wrong(study: Study) -> Heard:
    await study.put(*ready(2, START))
    await study.say(INV, "/dose 2 0.25e8 now")
    await study.press(INV, RECORD, pin=False)
    return await study.say(INV, WRONG)
