"""Replies as letters: escaped, split where a client can read them, with buttons that fit."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import COMMANDS
from bot.commands.protocol import TOPICS
from bot.messages import MAX_CALLBACK_BYTES, Choice, Document, Reply, Text, say
from bot.render import answers, payloads, split
from bot.words import LANGUAGES, Reader, plain
from rules.file.codes import PATTERN, write_code
from tests.bot.study import PI, SITE, Study, infused, shipped
from tests.bot.test_texts import mistakes

EN = Reader("en", SITE)
LIMIT = 4096
NASTY = "<b>bold</b> & \"quoted\" <a href='x'>y</a> {subject} {0} %s \\ 🧬"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# ------------------------------------------------------------------ escaping
def test_what_people_typed_is_shown_and_never_obeyed() -> None:
    html = EN.html(say("unread", words=NASTY))
    assert mistakes(html) == []
    assert plain(html) == f"Not read: {NASTY}"


@pytest.mark.parametrize(
    "thing", [NASTY, (NASTY, 1, 2.5), Text("people.line", {"person": NASTY, "role": say("role.admin")})]
)
def test_words_are_escaped_however_deep_they_stand(thing: object) -> None:
    assert mistakes(EN.html(thing)) == []


async def test_a_typed_name_of_a_topic_comes_back_escaped(study: Study) -> None:
    heard = await study.say(PI, "/next <b>x</b>&amp;<script>")
    assert mistakes(heard.html) == []
    assert "<b>x</b>&amp;<script>" in heard


def test_a_label_has_no_markup_and_no_entities() -> None:
    [letter] = payloads(Reply((), ((Choice(say("unread", words="a < b & c"), "x"),),)), EN, "1.0a1b2c")
    assert letter["buttons"] == [[["Not read: a < b & c", "=1.0a1b2c:0"]]]


# ------------------------------------------------------------------ splitting
@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "🧬" * 9_000, "\n".join(["x" * 100] * 200), "\n".join(["🧬" * 1500] * 9), "\n" * 9_000,
    "é" * 4096,
     "a" * 4095 + "\n" + "b" * 4096, "a" * 4096, "🧬" * 2048, ("a" * 4096 + "\n") * 3],
    ids=range(10),
)  # fmt: skip
def test_no_part_is_longer_than_a_message_may_be(text: str) -> None:
    parts = split(text)
    assert max(units(part) for part in parts) <= LIMIT
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


@given(st.lists(st.text(st.sampled_from("a🧬é\u4e2d "), max_size=3000), max_size=8))
def test_nothing_is_lost_and_no_character_is_halved(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = split(text)
    assert all(units(part) <= LIMIT for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    for part in parts:
        part.encode("utf-8")


def test_a_short_text_stays_in_one_part_unchanged() -> None:
    for text in ("", "x", "a\n\nb", "a" * 4000 + "\n" + "b" * 50):
        assert split(text) == [text]


def test_it_is_cut_between_lines_where_there_are_lines() -> None:
    lines = [f"<b>{number}</b> {'x' * 500}" for number in range(30)]
    parts = split("\n".join(lines))
    assert len(parts) > 2
    assert [line for part in parts for line in part.split("\n")] == lines
    assert all(mistakes(part) == [] for part in parts)


@pytest.mark.parametrize("length", [4090, 9000])
def test_a_long_line_with_markup_is_never_cut_inside_a_tag_or_an_entity(length: int) -> None:
    for before in range(2030, 2055):
        line = "x" * before + "<code>" + "&amp;" * 9 + "y" * length + "</code>" + "<b>z</b>"
        parts = split(f"first\n{line}\nlast")
        assert all(units(part) <= LIMIT for part in parts)
        assert [mistakes(part) for part in parts if mistakes(part)] == []


def test_buttons_and_the_file_stand_under_the_last_part() -> None:
    reply = Reply(tuple("x" * 900 for _ in range(12)), ((Choice("go", "/next"),),), Document("a.html", "<p>"))
    made = payloads(reply, EN, close=5)
    assert len(made) == 3
    assert [bool(letter["buttons"]) for letter in made] == [False, False, True]
    assert ["document" in letter for letter in made] == [False, False, True]
    assert [letter.get("close") for letter in made] == [5, None, None]
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_topic_of_the_protocol_fits_and_is_well_formed(study: Study, language: str) -> None:
    await study.say(PI, f"/language {language}")
    await study.put(*infused(1, study.clock.now))
    for line in (
        *(f"/protocol {t}" for t in TOPICS),
        "/why",
        "/help",
        "/status",
        "/next",
        "/subject 1",
        "/due",
    ):
        for payload in (await study.say(PI, line)).payloads:
            assert units(payload["html"]) <= LIMIT
            assert mistakes(payload["html"]) == []


# ------------------------------------------------------------------ buttons
def test_answers_are_numbered_and_commands_stand_as_they_are() -> None:
    rows = ((Choice("a", "yes"), Choice("b", "/next")), (Choice("c", "!yes"), Choice("d", "no")))
    [letter] = payloads(Reply((), rows), EN, opened="17.0a1b2c")
    assert [data for row in letter["buttons"] for _, data in row] == [
        "=17.0a1b2c:0",
        "/next",
        "!17.0a1b2c:yes",
        "=17.0a1b2c:1",
    ]
    assert answers(rows) == ("yes", "no")


LONGEST = f"{'W' * 15}-{{number:6}}-{'Z' * 7}"


def test_the_longest_subject_code_that_a_file_allows_is_longest() -> None:
    assert PATTERN.fullmatch(LONGEST)
    assert not PATTERN.fullmatch("W" + LONGEST)
    assert not PATTERN.fullmatch(LONGEST + "Z")
    assert not PATTERN.fullmatch(LONGEST.replace("6", "7"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_button_of_any_command_with_the_longest_code_fits(command: object) -> None:
    code = write_code(LONGEST, 999_999)
    value = f"/{command.name} {code}"  # type: ignore[attr-defined]
    [letter] = payloads(Reply((), ((Choice("x", value),),)), EN)
    assert len(letter["buttons"][0][0][1].encode()) <= MAX_CALLBACK_BYTES


def test_a_button_of_a_card_fits_with_the_longest_name_of_a_fact() -> None:
    longest = max((fact.id for fact in shipped().facts), key=len)
    for value in (f"!~fact:{longest}", "!~deviation", "!yes", "!no", "x" * 900):
        [letter] = payloads(Reply((), ((Choice("x", value),),)), EN, opened="999999999.0a1b2c")
        assert len(letter["buttons"][0][0][1].encode()) <= MAX_CALLBACK_BYTES


def test_a_button_that_does_not_fit_is_a_bug_and_not_sent() -> None:
    with pytest.raises(ValueError, match="bytes"):
        payloads(Reply((), ((Choice("x", "/" + "é" * 40),),)), EN)


async def test_every_button_that_people_meet_carries_at_most_64_bytes(study: Study) -> None:
    await study.put(*infused(1, study.clock.now))
    for command in COMMANDS:
        for line in (f"/{command.name}", f"/{command.name} 1"):
            for data in (await study.say(PI, line)).buttons.values():
                assert len(data.encode()) <= MAX_CALLBACK_BYTES
                assert re.fullmatch(r"/\S.*|=\d+\.[0-9a-f]{6}:\d+|!\d+\.[0-9a-f]{6}:\S+", data)
