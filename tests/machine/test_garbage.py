"""2,000 random garbage messages and presses: one polite line each, no bug, nothing recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from bot.chat import Chat
from tests.machine import courses
from tests.machine.garbage import garbage, is_command
from tests.machine.people import USERS
from tests.machine.prepared import Shelf
from tests.machine.study import Study

MESSAGES = 2_000
STREAMS = "select stream, count(*) from events group by stream"


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """A trial with open windows; somebody is being asked, others have a card open."""
    shelf = Shelf(tmp_path)
    study = shelf.take("P", practice=False)
    code = courses.consent(study, "coo")
    for name, line in (("pi", "/new now"), ("inv", f"/withdraw {code} lost now"), ("coo", f"/screen {code}")):
        study.say(name, line)
    yield study
    shelf.give_back(study)


def chat_of(study: Study, name: str) -> Chat:
    """What the bot has open with somebody."""
    return study.loop.run_until_complete(study.app.dispatcher.chat(USERS[name]))


def streams(study: Study) -> Counter[str]:
    """How many events each stream has."""
    return Counter(dict(study.judge.connection.execute(STREAMS).fetchall()))


def test_garbage_gets_one_polite_line_and_changes_nothing(study: Study) -> None:
    """Study.take() holds each letter to be polite, and that no bug was logged.

    One who begins a command with garbage behind it, or answers a question with garbage, is told what
    was not read and asked again: two lines, and nothing but the question is kept.
    """
    random = Random(20260302)  # the same garbage on every machine
    for _ in range(MESSAGES):
        name = random.choice(tuple(USERS))
        chat, before, letters = chat_of(study, name), streams(study), study.memory.letters
        message = garbage(random, study, name, chat)
        study.take(message)
        answers = message.kind == "text" and chat.asked is not None
        asks = name != "stranger" and (is_command(message) or answers)
        assert study.memory.letters - letters in ((1, 2) if asks else (1,)), message
        changed = streams(study) - before
        shaped = name != "stranger" and message.kind == "text"  # the kinds of its tokens may be kept
        assert set(changed) <= ({f"chat:{USERS[name]}"} if asks or shaped else set()), (message, changed)
    study.check()
