"""PINs: read and verified beside the turn, which is pure and never sees one. Only an argon2 hash is kept."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHAPE = re.compile(r"[0-9]{6,12}")
COMMON = frozenset(("112233", "123321", "147258", "258369", "147852", "159753", "789456", "456789123"))
# RFC 9106, second recommended option, on one lane: about 0.1 s and 64 MiB a guess.
HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


@dataclass(frozen=True)
class TypedPin:
    """What is known of a PIN that was typed. `problem` is shape | trivial | "" ; `hashed` is of a new one."""

    problem: str = ""
    matches: bool = False
    hashed: str = ""


def problem(pin: str) -> str:
    """What is wrong with a PIN: `shape` (6 to 12 digits), `trivial` (one everybody guesses), or nothing."""
    if not SHAPE.fullmatch(pin):
        return "shape"
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    repeats = any(pin == (pin[:n] * len(pin))[: len(pin)] for n in range(1, len(pin) // 2 + 1))
    return "trivial" if len(steps) == 1 or repeats or len(set(pin)) < 3 or pin in COMMON else ""


def matches(hashed: str, pin: str) -> bool:
    """True when the PIN is the one that was hashed."""
    try:
        return bool(hashed) and HASHER.verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False


async def examined(step: str, pin: str, hashed: str) -> TypedPin:
    """Look at a typed PIN in a thread: a `new` one is hashed, any other is held to `hashed`."""
    wrong = problem(pin) if step == "new" else "" if SHAPE.fullmatch(pin) else "shape"
    if wrong:
        return TypedPin(wrong)
    if step == "new":
        return TypedPin(hashed=await asyncio.to_thread(HASHER.hash, pin))
    return TypedPin(matches=await asyncio.to_thread(matches, hashed, pin))
