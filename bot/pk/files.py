"""A file that somebody sent: fetched and read beside the loop; left of it are rows, or why there are none."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace

from bot.access import may
from bot.commands import BY_NAME
from bot.messages import Message, Reply, Text, say
from bot.pk.bounds import NoTable, Personal
from bot.pk.bytes_of import Table, table_of
from bot.present import run
from bot.privacy import MARKER, seems_personal, seems_personal_field
from bot.refusals import not_allowed
from bot.talk import Talk, Turn

FILE = "file"
TAKEN = re.compile(r".{1,200}\.(?:csv|xlsx)", re.IGNORECASE | re.DOTALL)


def names_a_person(name: str) -> bool:
    """True when the name of a file seems to identify a person: Wang_Fang.xlsx."""
    stem = name.rpartition(".")[0]
    return seems_personal(name) or seems_personal_field(" ".join(re.split(r"[\s_.+-]+", stem)))


async def with_table(message: Message) -> Message:
    """The message with the rows of its file, or why it has none, or marked as personal; without the file.

    Raises what fetching raises where another try may help.
    """
    assert message.fetch is not None  # noqa: S101 - the dispatcher asked before
    try:
        table: Table | Text = await asyncio.to_thread(table_of, await message.fetch())
    except NoTable as error:
        table = error.text
    except Personal:
        return replace(message, text=MARKER, fetch=None)
    return replace(message, table=table, fetch=None)


def filed(talk: Talk) -> Turn:
    """What follows from a file: the card of its samples, or why it was not taken."""
    assert talk.person is not None  # noqa: S101 - strangers never get here
    command, table = BY_NAME["sample"], talk.message.table
    if not may(talk.person.role, command.action):
        return Turn(talk.letters(not_allowed(talk.person.role, command.action)))
    if not isinstance(table, Table):
        return Turn(talk.letters(Reply((say("file.refused"), table or say("file.gone")))))
    return run(talk, command, {"table": json.dumps([table.rows, table.sha256, table.semicolons])})
