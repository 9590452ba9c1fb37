"""The one table of action x role (access.py), printed: for a phone, for the README, as data."""

from __future__ import annotations

from typing import Any

from bot.access import MAY, ROLES

SHORT = {
    "principal_investigator": "PI", "investigator": "investigator", "coordinator": "coordinator",
    "monitor": "monitor", "admin": "admin",
}  # fmt: skip


def commands_of(action: str) -> tuple[str, ...]:
    """The commands that an action guards, as typed."""
    from bot.commands import COMMANDS

    return tuple(f"/{command.name}" for command in COMMANDS if command.action == action)


def grouped() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(roles, the commands that exactly they may use), most roles first."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for action, roles in MAY.items():
        found[roles] = (*found.get(roles, ()), *commands_of(action))
    rows = [(roles, commands) for roles, commands in found.items() if commands]
    return sorted(rows, key=lambda row: -len(row[0]))


def data() -> dict[str, Any]:
    """{"roles", "actions": {action: roles}, "commands": {command: action}}."""
    from bot.commands import COMMANDS

    return {
        "roles": list(ROLES),
        "actions": {action: list(roles) for action, roles in MAY.items()},
        "commands": {command.name: command.action for command in COMMANDS},
    }


def markdown() -> str:
    """The table as it stands in the README."""
    head = f"| action | commands | {' | '.join(SHORT[role] for role in ROLES)} |"
    lines = [head, "|---|---|" + ":-:|" * len(ROLES)]
    for action, roles in MAY.items():
        commands = " ".join(f"`{name}`" for name in commands_of(action)) or "–"
        marks = " | ".join("✓" if role in roles else "" for role in ROLES)
        lines.append(f"| {action.replace('_', ' ')} | {commands} | {marks} |")
    return "\n".join(lines)
