"""The settings' file as `init` writes it, and log lines as they leave the process."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from wekelijks.domain.errors import BadInput
from wekelijks.domain.tokens import Bearer, Purpose, Signer
from wekelijks.settings import installation, template
from wekelijks.settings import logging as log_lines
from wekelijks.settings.installation import Settings


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave logging as it was found."""
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def test_the_file_names_every_setting_there_is() -> None:
    """Whoever opens it finds what can be set, without a manual."""
    text = template.render({})

    assert [name for name in Settings.model_fields if name != "data" and f"#{name} = " not in text] == []


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Also quotes, backslashes, a sign that TOML forbids bare, and letters outside ASCII."""
    chosen = {"smtp_url": 'smtp://é:"\\\x7f@relay.example', "operator": ["a@b.example", "d@ç.example"]}

    template.write(tmp_path, chosen)

    settings = installation.load(tmp_path, {})
    assert settings.smtp_url.get_secret_value() == chosen["smtp_url"]
    assert settings.operator == chosen["operator"]


def test_every_example_in_the_file_is_a_setting_that_works(tmp_path: Path) -> None:
    """Taking the number sign away must not stop the start."""
    lines = template.render({}).splitlines()
    text = "\n".join(line.removeprefix("#") for line in lines if not line.startswith("# "))
    (tmp_path / installation.FILE_NAME).write_text(text, "utf-8")

    settings = installation.load(tmp_path, {})

    assert settings.smtp_headers == {"X-Example": "yes"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OPERATOR", "marijke@stilte.example,nobody"),
        ("PING_URL", "ping.example"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://brief.example/?a=b"),
        ("BASE_URL", "http://brief.example"),
        ("SMTP_URL", "mail.example"),
        ("LETTERS_PER_SECOND", "inf"),
        ("LETTERS_PER_DAY", "99999999999999999999"),
        ("SMTP_CONNECTIONS", "0"),
        ("SMTP_HEADERS", "X-Tag"),
        ("SMTP_HEADERS", "X-Tag: één"),
        ("SMTP_HEADERS", "Bcc: somebody@else.example"),
        ("DATA_FILE", "/etc/hostname"),
        ("LETERS_PER_DAY", "1"),
    ],
)
def test_a_wrong_setting_stops_the_start_by_its_name(tmp_path: Path, variable: str, value: str) -> None:
    """What would fail at the first letter, or silently do nothing, is said before anything runs."""
    with pytest.raises(BadInput, match=f"WEKELIJKS_{variable}"):
        installation.load(tmp_path, {f"WEKELIJKS_{variable}": value})


def test_a_secret_given_twice_is_a_question(tmp_path: Path) -> None:
    """Neither of the two wins in silence."""
    both = {"WEKELIJKS_SMTP_URL": "smtp://one.example", "WEKELIJKS_SMTP_URL_FILE": "/run/secrets/relay"}

    with pytest.raises(BadInput, match="WEKELIJKS_SMTP_URL and WEKELIJKS_SMTP_URL_FILE"):
        installation.load(tmp_path, both)


def test_the_file_is_never_overwritten(tmp_path: Path) -> None:
    """Whoever was there first stays."""
    template.write(tmp_path, {})
    with pytest.raises(FileExistsError):
        template.write(tmp_path, {})


def test_a_wrong_word_is_named(tmp_path: Path) -> None:
    """With what was expected."""
    with pytest.raises(BadInput, match=r"WEKELIJKS_LOG_FORMAT: .*'json'"):
        installation.load(tmp_path, {"WEKELIJKS_LOG_FORMAT": "xml"})


@pytest.mark.parametrize("form", ["plain", "json", "console"])
def test_no_log_line_holds_an_address_or_a_token(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In no field, in no list, in no trace, and not when a library writes it."""
    token = Signer(["key"]).sign(Purpose.UNSUBSCRIBE, Bearer(1, 7))
    log_lines.set_up(form=form)

    structlog.get_logger().info("Refused jan@lezers.example.", why=["jan@lezers.example"], link=f"/u/{token}")
    logging.getLogger("a.library").warning("about %s", "jan@lezers.example")
    try:
        raise ValueError(f"jan@lezers.example {token}")
    except ValueError:
        structlog.get_logger().exception("A defect.")

    written = capsys.readouterr().err
    assert "jan@" not in written
    assert token not in written
    assert written.count("…@lezers.example") >= 4


def test_a_line_is_a_sentence_with_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """Key and value for people, JSON for machines."""
    log_lines.set_up(form="plain")
    structlog.get_logger().info("Letters claimed.", letters=3)
    log_lines.set_up(form="json")
    structlog.get_logger().info("Letters claimed.", letters=3)

    plain, whole = capsys.readouterr().err.splitlines()
    assert 'level=info event="Letters claimed." letters=3' in plain
    document = json.loads(whole)
    assert (document["event"], document["letters"], document["level"]) == ("Letters claimed.", 3, "info")
    assert document["timestamp"].endswith("Z")


class Gone:
    """A terminal that is no more."""

    def write(self, _text: str) -> int:
        """Fail as the system does."""
        raise OSError(5, "Input/output error")

    def isatty(self) -> bool:
        """No."""
        return False


def test_a_log_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal has gone; letters go on."""
    log_lines.set_up(form="plain")
    monkeypatch.setattr(sys, "stderr", Gone())

    structlog.get_logger().info("Letters claimed.")
