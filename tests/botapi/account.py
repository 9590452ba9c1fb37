"""Methods about the bot itself: who it is and its menu of commands."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.botapi.calls import Call
from tests.botapi.entities import Refused
from tests.botapi.world import BOT, World


async def get_me(world: World, call: Call) -> dict[str, Any]:
    """The bot as a user."""
    return {
        **BOT,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


async def set_my_commands(world: World, call: Call) -> bool:
    """The menu for a scope and a language."""
    commands = call.json("commands") or []
    if len(commands) > 100:
        raise Refused(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_menu(call)] = commands
    world.tell()
    return True


async def get_my_commands(world: World, call: Call) -> list[dict[str, str]]:
    """The menu for a scope and a language, empty when none was set."""
    return world.commands.get(_menu(call), [])


async def yes(world: World, call: Call) -> bool:
    """logOut, close, sendChatAction: nothing to do here."""
    return True


def _menu(call: Call) -> tuple[str, str]:
    language = call.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise Refused(400, "Bad Request: LANGUAGE_CODE_INVALID")
    scope = call.json("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True) if len(scope) > 1 else scope["type"], language
