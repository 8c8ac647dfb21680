"""Portraits of the letter, to be looked at: `python benchmarks/portraits.py DIRECTORY`.

Each sample letter of the tests in light, dark, on a small telephone and on paper, with its eml beside it.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import letters
from wekelijks.domain.mailing import MailingKind
from wekelijks.domain.reader import Reader
from wekelijks.domain.tokens import Signer
from wekelijks.mail.composer import Composed

_CHROMIUM = "/usr/bin/chromium"
_LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 760, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 760, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 320, "height": 640}, "device_scale_factor": 2},
    "phone-dark": {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}, "device_scale_factor": 2},
}


def main(directory: str) -> None:
    """Write one picture per letter and look."""
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        for name, composed in _composed():
            _write(target, name, composed)
            _portray(browser, target, name)
        browser.close()
    print(f"Look at {target}.")


def _composed() -> Iterator[tuple[str, Composed]]:
    english = replace(letters.STILTE, name="A quiet Sunday", language="en", accent="#2f5d62")
    yield "nl", letters.composed()
    yield "en", letters.composed(letters.ENGLISH, english)
    yield "test", letters.composed(kind=MailingKind.TEST, key="test", inert_links=True)


def _write(target: Path, name: str, composed: Composed) -> None:
    """The letter as Anneke gets it: eml, its text, and its HTML."""
    reader = Reader(
        address="anneke@example.nl", name="Anneke", subscriber_id=7, since=date(2026, 1, 5), source="stilte.example"
    )
    eml = composed.blueprint.fill(reader, signer=Signer(["key"]), hashing_key="hash")
    (target / f"{name}.eml").write_bytes(eml)
    message = message_from_bytes(eml, policy=policy.default)
    for kind, suffix in (("plain", "txt"), ("html", "html")):
        part = message.get_body((kind,))
        assert part is not None
        (target / f"{name}.{suffix}").write_text(part.get_content(), "utf-8")
    for finding in composed.findings:
        print(name, finding)


def _portray(browser: Browser, target: Path, name: str) -> None:
    for look, wishes in _LOOKS.items():
        page = browser.new_context(**wishes).new_page()  # type: ignore[arg-type]
        page.goto((target / f"{name}.html").resolve().as_uri())
        page.screenshot(path=target / f"{name}-{look}.png", full_page=True)
        if look == "dark":
            page.pdf(path=target / f"{name}.pdf", format="A4")
            page.emulate_media(media="print")
            page.screenshot(path=target / f"{name}-paper.png", full_page=True)
        page.context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
