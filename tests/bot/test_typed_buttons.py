"""Words of buttons that are typed: that button where it stands, else refused; never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.free_text import FREE
from bot.labels import ABOUT, is_label
from bot.slots import read
from bot.times import NotRead
from bot.words import LANGUAGES, texts
from rules import events as e
from tests.bot.study import COO, INV, PI, RECORD, START, Heard, Study, code, infused
from tests.bot.test_adverse_events import EVENT, N, S, course
from tests.bot.test_slots import ASK

FILLED = {
    "subject": code(1),
    "number": "5",
    "what": "grade",
    "term": "zebra",
    "event": "#5 Fever G2",
    "grade": "2",
}
FILLED |= {"person": "P3", "dose": "0.25×10⁸", "outcome": "DLT"}


@pytest.fixture
def place(tmp_path: Path) -> str:
    """These run on SQLite only."""
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


@pytest.fixture
async def told(study: Study) -> Study:
    """A subject infused, with an event of grade 2 on day 1; now it is day 2."""
    await study.put(*infused(1, START), EVENT)
    study.clock.forward(days=2)
    return study


def labels() -> Iterator[str]:
    """The words of every button of a card and of every other command, in each language."""
    for language in LANGUAGES:
        slots = {**FILLED, "what": texts(language)["slot.grade"]}
        for key, label in texts(language).items():
            if key in ("card.yes", "card.no", "card.sign", "card.edit", "answer.yes", "answer.no") or (
                key.startswith("choice.") and key not in ABOUT
            ):
                yield label.format_map(slots)


@pytest.mark.parametrize("slot", FREE)
def test_no_words_of_a_button_are_kept_as_free_text(slot: str) -> None:
    for label in labels():
        for typed in {label, label.lower(), re.sub("[✓✗] ?", "", label), f"{label}."}:
            with pytest.raises(NotRead) as refused:
                pytest.fail(f"{slot}: {typed!r} was read as {read(slot, typed, ASK)!r}")
            assert refused.value.text.key == "slot.button", (slot, typed)


@pytest.mark.parametrize(
    "reason",
    ["Typing error", "wrong dose?", "#5 is right", "recorded twice", "评估有误", "记录有误",
     "cancelled by them",
     "grade 3 by the source", "status was unclear", "现在的值不对", "changed by the lab", "Later was right"],
)  # fmt: skip
def test_reasons_that_only_begin_like_a_button_are_reasons(reason: str) -> None:
    assert not is_label(reason) and read("reason", reason, ASK) == reason


async def asked_why(study: Study) -> Heard:
    return await course(study, INV, f"/correct {N}", "grade", "3")


@pytest.mark.parametrize("typed", ["✓ Record", "✓ 记录", "record", "✓ Sign", "Change: grade", "yes", "Now"])
async def test_a_buttons_words_are_no_reason(told: Study, typed: str) -> None:
    before = await told.events()
    await asked_why(told)
    heard = await told.say(INV, typed)
    assert f"“{typed}” stands on a button and is no answer. Nothing was recorded." in heard
    assert "Why is it corrected?" in heard and not heard.yes
    assert "Reason: as in the chart" in await told.say(INV, "as in the chart")
    await told.press(INV, RECORD)
    assert (await told.events())[len(before)].reason == "as in the chart"


async def test_a_standing_cards_words_confirm_nothing_while_a_question_is_open(told: Study) -> None:
    before = await told.events()
    assert (await told.say(INV, "/ae 1 anemia 3 now")).yes
    await asked_why(told)
    assert "is no answer" in await told.say(INV, "✓ Record")
    assert await told.events() == before


@pytest.mark.parametrize(("typed", "meant"), [("录入错误", "Typing error"), ("typing error", "Typing error")])
async def test_a_reasons_button_is_pressed_by_its_words_in_either_language(
    told: Study, typed: str, meant: str
) -> None:
    await asked_why(told)
    if typed == "录入错误":
        typed = texts("zh")["reason.typing"]
    assert f"Reason: {meant}" in await told.say(INV, typed)


async def test_a_button_of_the_open_question_is_pressed_by_its_words(told: Study) -> None:
    heard = await told.say(COO, "/ae 1 zebra syndrome 3 now")
    assert "CD7-001: zebra syndrome, grade 3" in await told.say(COO, "Keep as written: zebra syndrome")
    heard = await told.say(COO, "/ae 1")
    follow = next(label for label in heard.buttons if label.startswith("More of"))
    assert f"#{N}: Fever" in await told.say(COO, follow)
    await course(told, COO, "/ae 1 low platelets")
    assert "the measured value and its unit" in await told.say(COO, texts("zh")["choice.by_value"])


@pytest.mark.parametrize(("typed", "says"), [
    ("What next?", "Enrol at level 1"), ("下一步", "Enrol at level 1"), ("Status", "Level 1"),
    ("状态", "Level 1"), (f"Timeline of {S}", "informed consent"), ("Help", "/whatif"),
    ("Safety summary", "1 treated"), ("在研时间", "CD7-001"),
])  # fmt: skip
async def test_a_command_behind_a_button_runs_and_the_question_stays(
    told: Study, typed: str, says: str
) -> None:
    await asked_why(told)
    heard = await told.say(INV, typed)
    assert says in heard and not heard.yes and "Reason" not in heard
    assert "Reason: as in the chart" in await told.say(INV, "as in the chart")


@pytest.mark.parametrize("typed", ["✗ Cancel", "cancel", "✗ 取消", "取消"])
async def test_cancel_typed_closes_the_question_and_the_cards(told: Study, typed: str) -> None:
    await asked_why(told)
    assert "Cancelled; nothing was recorded." in await told.say(INV, typed)
    assert "Reason" not in await told.say(INV, "as in the chart")
    card = await told.say(INV, "/ae 1 anemia 3 now")
    assert "Cancelled; nothing was recorded." in await told.say(INV, typed)
    assert "used already" in await told.press(INV, card.yes)
    assert "Cancelled" not in await told.say(INV, typed)


@pytest.mark.parametrize("typed", ["✓ Record", "✓ 记录", "Change: grade"])
async def test_a_card_is_confirmed_by_its_button_alone(told: Study, typed: str) -> None:
    before = await told.events()
    card = await told.say(INV, "/ae 1 anemia 3 now")
    assert "A card is confirmed by its own button only" in await told.say(INV, typed)
    assert await told.events() == before
    await told.press(INV, card.yes)
    assert len(await told.events()) == len(before) + 1
    assert "its own button" not in await told.say(INV, typed)


async def test_no_reason_for_a_grade_above_the_value_is_a_button(told: Study) -> None:
    await course(told, INV, "/ae 1 low platelets", "From a measured value", "60 ×10⁹/L", "4")
    assert "stands on a button" in await told.say(INV, "Not known")
    assert "raised above it: bleeding" in await course(told, INV, "bleeding", "Now")


@pytest.mark.parametrize("typed", ["Record", "Cancel", "取消", "Sign"])
async def test_no_printed_name_is_a_button(told: Study, typed: str) -> None:
    heard = await told.say(PI, f"/name {typed}")
    assert "stands on a button" in heard and "read from now on" not in heard


async def test_no_term_is_a_button(told: Study) -> None:
    await told.say(COO, "/ae 1")
    for typed in ("✓ Record", "Record", "记录", "From a measured value", "Not known yet"):
        heard = await told.say(COO, typed)
        assert "stands on a button" in heard and "Keep as written" not in heard.text + str(heard.buttons)
    assert "Keep as written: Record" not in (await told.say(COO, "/ae 1 Record 3 now")).buttons


async def test_a_corrected_term_is_no_button_either(told: Study) -> None:
    await course(told, INV, f"/correct {N}", "event")
    assert "stands on a button" in await told.say(INV, "Record")
    assert isinstance((await told.events())[-1], e.AdverseEventReported)
