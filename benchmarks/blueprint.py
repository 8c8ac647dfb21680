"""One letter per reader: filling a blueprint against building an EmailMessage; processor time, best of five rounds.

python benchmarks/blueprint.py [KILOBYTES_OF_HTML]
"""

import sys
import time
import timeit
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests")]

# The tests' own letter is measured here, so their folder comes first on the path.
from blueprints import ANNEKE, BASE_URL, HASHING_KEY, HTML, SIGNER, TEXT, filled, frozen  # noqa: E402 - see above.
from wekelijks.domain.reader import Reader  # noqa: E402 - see above.
from wekelijks.domain.tokens import Bearer, Purpose  # noqa: E402 - see above.
from wekelijks.mail.blanks import GREETING, PREFERENCES_URL, SINCE, UNSUBSCRIBE_URL  # noqa: E402 - see above.

_PARAGRAPH = "<p>Soms is een dag vol vóór hij begint. Dan helpt het om één ding neer te leggen.</p>\n"
_ROUNDS = 5


def built(reader: Reader, text: str, html: str) -> bytes:
    """The same letter as most software makes it: rendered and encoded anew for every reader."""
    assert reader.subscriber_id is not None
    bearer = Bearer(1, reader.subscriber_id)
    leave = f"{BASE_URL}/u/{SIGNER.sign(Purpose.UNSUBSCRIBE, bearer)}"
    rest = f"{BASE_URL}/preferences/{SIGNER.sign(Purpose.PREFERENCES, bearer)}"
    words = {GREETING: f"Dag {reader.name},", UNSUBSCRIBE_URL: leave, PREFERENCES_URL: rest, SINCE: "sinds januari"}
    for blank, word in words.items():
        text, html = text.replace(str(blank), word), html.replace(str(blank), word)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Marijke de Wit", addr_spec="marijke@stilte.example")
    message["To"] = Address(reader.name, addr_spec=reader.address)
    message["Subject"], message["Message-ID"] = "Loslaten", make_msgid(domain="stilte.example")
    message["List-Unsubscribe"], message["List-Unsubscribe-Post"] = f"<{leave}>", "List-Unsubscribe=One-Click"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def measure(kilobytes: int) -> None:
    """Both ways, for a plain name and for one with an accent."""
    html = HTML.replace("</body>", _PARAGRAPH * (kilobytes * 1000 // len(_PARAGRAPH)) + "</body>")
    blueprint = frozen(html=html)
    print(f"message of {len(filled(blueprint)):,} bytes; frozen {len(blueprint.to_bytes()):,} bytes")
    bearer = Bearer(1, 1234567)
    print(f"  sign one token      {_microseconds(lambda: SIGNER.sign(Purpose.UNSUBSCRIBE, bearer), 20_000):9.1f} µs")
    for reader in (ANNEKE, replace(ANNEKE, name="Renée")):
        fill = _microseconds(lambda r=reader: blueprint.fill(r, signer=SIGNER, hashing_key=HASHING_KEY), 5_000)
        build = _microseconds(lambda r=reader: built(r, TEXT, html), 20)
        print(
            f"  fill for {reader.name:10} {fill:9.1f} µs   EmailMessage {build:9.0f} µs   {build / fill:6.0f} times"
        )


def _microseconds(call: object, number: int) -> float:
    return min(timeit.repeat(call, number=number, repeat=_ROUNDS, timer=time.process_time)) / number * 1e6  # type: ignore[arg-type]


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
