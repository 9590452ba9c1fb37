"""Who takes part, and what they remember: the hour, their screens, their cards, the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.buttons import button, card_of, data_in
from tests.machine.record import Row

ROLES = {
    "pi": "principal_investigator", "inv": "investigator", "inv2": "investigator", "coo": "coordinator",
    "mon": "monitor", "adm": "admin",
}  # fmt: skip
USERS = {name: 101 + at for at, name in enumerate((*ROLES, "stranger"))}
NAMES = {user: name for name, user in USERS.items()}
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
CARD_LIFE = timedelta(minutes=10)
PIN = "246813"


@dataclass
class Memory:
    """What the people remember; `cards` by user and card are when each was shown, and what it said.

    `signing` is the press, by user, that waits for a PIN.
    """

    now: datetime = START
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    buttons: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    cards: dict[tuple[int, str], tuple[datetime, str]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    signing: dict[int, str] = field(default_factory=dict)
    joined: int = 0
    rows: list[Row] = field(default_factory=list)
    letters: int = 0

    def joins(self, name: str) -> None:
        """Somebody got access."""
        self.joined += 1
        self.ids[USERS[name]] = f"P{self.joined}"

    def show(self, name: str, letter: int, payload: dict[str, Any], told: str) -> None:
        """A letter stands on somebody's screen; its buttons stay there for ever."""
        data = data_in(payload)
        self.shown[name] = {"id": letter, "html": told, "buttons": data}
        self.buttons.setdefault(name, []).extend((letter, one) for one in data)
        if yes := button(data):
            self.cards[USERS[name], card_of(yes)] = (self.now, told)

    def card(self, user: int, press: str) -> str | None:
        """What the card of a press said, if it is the presser's own, unused and fresh; else None."""
        shown, told = self.cards.get((user, card_of(press)), (None, ""))
        fresh = shown is not None and self.now - shown <= CARD_LIFE
        return told if fresh and press.endswith(":yes") else None

    def pressed(self, user: int, text: str, press: str) -> str:
        """The press that a message is: its own, or with a PIN the one that waits for it."""
        return press or (self.signing.pop(user, "") if text == PIN else "")

    def use(self, user: int, press: str) -> None:
        """A card was pressed, whatever came of it: it is used up."""
        self.cards.pop((user, card_of(press)), None)
