"""Addresses: what we write to, and by what we know that two of them are the same.

The stored form stays as it was typed and is what letters go to. The key is canonical and unique per newsletter; it
keeps dots and plus tags, because only the receiving host knows what they mean (RFC 5321, section 2.3.11).
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from wekelijks.domain.errors import BadInput

LONGEST_TEXT = 200
"""Characters of a name or a source; longer ones are no names but accidents."""

_AROUND = " \t\r\n\u00a0\ufeff"
# Controls, and the marks that turn the direction of the text around them: neither belongs to a name.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ON_THE_WIRE = re.compile(rf"\A(?=.{{3,254}}\Z){_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """One address in its three forms."""

    typed: str
    """What we keep and write to."""
    key: str
    """Canonical: local part in NFC with ASCII lower-case, domain as lower-case A-label (IDNA 2008)."""
    wire: str
    """As SMTP without SMTPUTF8 wants it: the typed local part, the domain as A-label."""


def read(text: str) -> Address:
    """The address in `text`, spaces around it aside; nothing is looked up. Raises BadInput saying what is wrong."""
    typed = text.strip(_AROUND)
    if not typed:
        raise BadInput("There is no address here.")
    if _UNWANTED.search(typed):
        raise BadInput("The address holds a control character.")
    if not typed.rpartition("@")[0].isascii():
        raise BadInput("The part before the @ has letters outside a–z, which our mail cannot carry yet.")
    try:
        # `test_environment` admits the reserved domain .test, where somebody tries the service out.
        valid = validate_email(typed, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadInput(f"“{typed[:80]}” is no address we can write to: {str(error).rstrip('.')}.") from error
    local, domain = valid.local_part, (valid.ascii_domain or "").lower()
    return Address(typed, f"{unicodedata.normalize('NFC', local).lower()}@{domain}", f"{local}@{domain}")


def wire(typed: str) -> str:
    """A stored address as SMTP and headers want it; quick, since most are ASCII already. Raises BadInput."""
    return typed if _ON_THE_WIRE.match(typed) else read(typed).wire


def fingerprint(key: str, *, hashing_key: str) -> str:
    """The keyed hash under which an erased address is recognised: 64 hexadecimal digits."""
    return hmac.new(hashing_key.encode(), key.encode(), hashlib.sha256).hexdigest()


def plain(text: str) -> str:
    """A name or a source as it may stand in a letter: one line, no control characters. Raises BadInput when too long.

    Doing it twice changes nothing.
    """
    line = " ".join(_UNWANTED.sub(" ", unicodedata.normalize("NFC", text)).split())
    if len(line) > LONGEST_TEXT:
        raise BadInput(f"“{line[:20]}…” is longer than {LONGEST_TEXT} characters.")
    return line
