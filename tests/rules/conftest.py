"""What the tests of the core share: the shipped protocol, read once."""

from __future__ import annotations

import pytest

from rules.protocol import Protocol
from tests.rules.files import protocol_of


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    """The protocol that we ship."""
    return protocol_of()
