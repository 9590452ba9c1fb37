"""A decision in words says no more than the file does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import main as root
from bot.decisions import headline
from bot.words import Reader
from rules.clauses import rule_on
from rules.notation import read_outcomes

FILES = Path(root.SHIPPED).parent


@pytest.mark.parametrize(("file", "closes"), [("protocol.yaml", True), ("examples/boin.yaml", False)])
def test_a_level_left_downwards_is_called_closed_only_where_the_dose_cannot_rise_again(
    file: str, closes: bool
) -> None:
    protocol = root.read_protocol(FILES / file)
    decision = rule_on(protocol, read_outcomes("1NNN 2TTN", protocol))
    words = Reader("en", protocol.zone).html(headline(protocol, decision))
    assert decision.key == ("reduce", 1)
    assert ("Level 2 is closed" in words) is closes
