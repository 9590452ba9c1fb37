"""Does a message seem to hold a person's name, number, birth date or address? Then it is not kept."""

from __future__ import annotations

import re

from bot.privacy.births import holds_birth_date
from bot.privacy.names import holds_name, is_a_name
from bot.privacy.numbers import holds_number
from bot.privacy.phones import holds_phone
from bot.privacy.spelling import digits_of, plain

MARKER = "\u2717personal"
# An investigator's own name, for signatures; no patient's.
NAMING = re.compile(r"\s*/name(?:@\w+)?\s")
# A code is drawn at random and can look like anything. A number of a person has no letters but one X.
INVITATION = re.compile(r"\s*/start(?:@\w+)?\s+(?=[@\w-]*[A-WYZa-wyz_])[@A-Za-z0-9_-]{20,64}\s*")


def seems_personal(text: str) -> bool:
    """True when a text seems to identify a person; in doubt about numbers it refuses."""
    if INVITATION.fullmatch(text):
        return False
    try:
        return _seems(text)
    except Exception:  # a look that fails has not cleared the message, and must not stop the others
        return True


def _seems(text: str) -> bool:
    words = plain(text)
    digits = digits_of(words)
    if holds_number(digits) or holds_phone(digits):
        return True
    return not NAMING.match(text) and (holds_birth_date(digits) or holds_name(words))


def seems_personal_field(text: str) -> bool:
    """The same for a field of free text, in which a bare name, whatever its case, is refused as well."""
    return seems_personal(text) or is_a_name(plain(text))
