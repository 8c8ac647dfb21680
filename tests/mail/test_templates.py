"""An operator's own templates: they replace ours, see no secrets, and are told about by file and line when broken."""

from pathlib import Path

import pytest

import letters
from wekelijks.mail.composer import Composed
from wekelijks.mail.preflight import Severity
from wekelijks.mail.templates import Templates


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The operator's directory, as it lies in the data directory."""
    directory = tmp_path / "templates" / "email"
    directory.mkdir(parents=True)
    return directory


def composed_with(own: Path, **files: str) -> Composed:
    """The Dutch letter, with these own files; `__` in a name stands for the dot."""
    for name, content in files.items():
        (own / name.replace("__", ".")).write_text(content, "utf-8")
    return letters.composed(templates=Templates(own))


def blocked(composed: Composed) -> list[tuple[str, str]]:
    """Places and messages of what blocks."""
    return [(one.place, one.message) for one in composed.findings if one.severity is Severity.BLOCK]


def test_a_file_of_the_operator_replaces_ours_of_the_same_name(own: Path) -> None:
    """Only that one: everything around it stays ours."""
    composed = composed_with(own, footer__html='<p>Uit Ons Dorp. <a href="{{ links.unsubscribe }}">Weg</a></p>')

    assert "Uit Ons Dorp." in composed.html
    assert "<h1" in composed.html
    assert not composed.blocks


def test_an_own_template_may_extend_ours(own: Path) -> None:
    """With `ours/` before the name, one block changes and the rest keeps up with new versions."""
    composed = composed_with(
        own, letter__html='{% extends "ours/letter.html" %}{% block preheader %}<!-- eigen -->{% endblock %}'
    )

    assert "<!-- eigen -->" in composed.html
    assert "Loslaten" in composed.html
    assert not composed.blocks


def test_a_changed_file_is_read_anew(own: Path) -> None:
    """An operator tries a template without starting the service again."""
    templates = Templates(own)
    (own / "footer.txt").write_text("eerst", "utf-8")
    first = letters.composed(templates=templates).text

    (own / "footer.txt").write_text("daarna dit", "utf-8")
    second = letters.composed(templates=templates).text

    assert first.endswith("eerst\n")
    assert second.endswith("daarna dit\n")


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("<p>\n{% if %}\n</p>", 2, "Expected an expression"),
        ("<p>\n{{ lezer }}", 2, "'lezer' is undefined"),
        ("\n\n{{ letter.titel }}", 3, "no attribute 'titel'"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("\n{% if greeting %}Dag{% endif %}", 2, "greeting differs per reader"),
        ("\n{{ greeting|upper }}", 2, "greeting differs per reader"),
        ("{{ links.unsubscribe == 'x' }}", 1, "unsubscribe differs per reader"),
        ("{% for c in since %}{{ c }}{% endfor %}", 1, "since differs per reader"),
        ("\n{{ ''.__class__.__mro__ }}", 2, "unsafe"),
        ("{{ words.clear() }}", 1, "unsafe"),
        ("{{ 'a' * 1000000000 }}", 1, "works on numbers only"),
        ("{{ 10 ** 10 ** 10 }}", 1, "works on numbers only"),
        ("{% include 'letters.html' %}", 1, "no template “letters.html”"),
        ("{% include '../../wekelijks.toml' %}", 1, "no template “../../wekelijks.toml”"),
    ],
)
def test_a_broken_template_is_told_with_its_file_and_line(own: Path, source: str, line: int, told: str) -> None:
    """A blocking finding, never a traceback; what is shown meanwhile is made with ours."""
    composed = composed_with(own, footer__html=source)

    ((place, message),) = blocked(composed)
    assert place == f"templates/email/footer.html, line {line}"
    assert told in message
    assert "Kerkstraat 1" in composed.html


def test_a_loop_without_end_ends(own: Path) -> None:
    """A template that would run for hours is stopped at its loop."""
    loop = "\n{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"

    ((place, message),) = blocked(composed_with(own, letter__html=loop))

    assert place == "templates/email/letter.html, line 2"
    assert "runs without end" in message


def test_output_without_end_ends(own: Path) -> None:
    """A template that would fill the memory is stopped after a million characters."""
    flood = "{% for a in range(9999) %}" + "x" * 1_000 + "{% endfor %}"

    ((_place, message),) = blocked(composed_with(own, footer__txt=flood))

    assert "a million characters" in message


@pytest.mark.parametrize(
    "expression",
    [
        '"%999999999d" % 1',
        '"%999999999d"|format(1)',
        '"{:999999999}".format(1)',
        '"{:{w}}".format(1, w=999999999)',
        '"a".ljust(999999999)',
        '"a"|center(999999999)',
        '"a"|indent(999999999)',
    ],
)
def test_one_step_never_fills_the_memory(own: Path, expression: str) -> None:
    """Widths are read by others than Jinja, and no line is counted of what they do."""
    composed = composed_with(own, footer__txt=f"{{{{ links.unsubscribe }}}} {{{{ {expression} }}}}")

    assert [place for place, _told in blocked(composed)][:1] == ["templates/email/footer.txt, line 1"]


def test_a_template_that_includes_itself_is_told(own: Path) -> None:
    """Not a crash of the interpreter."""
    ((place, message),) = blocked(composed_with(own, footer__html="{% include 'footer.html' %}"))

    assert place == "templates/email/footer.html, line 1"
    assert "includes itself" in message


def test_a_file_that_is_no_text_is_told(own: Path) -> None:
    """A picture under a template's name, say."""
    (own / "footer.html").write_bytes(b"\xff\xd8\xff\xe0")

    ((place, message),) = blocked(letters.composed(templates=Templates(own)))

    assert place == "templates/email/footer.html, line 1"
    assert "UTF-8" in message


def test_a_misspelt_file_name_is_told(own: Path) -> None:
    """A file that no template of ours has the name of does nothing, unless an own one includes it."""
    composed = composed_with(own, leter__html="x", eigen__html="y", footer__html="{% include 'eigen.html' %}")

    idle = [one.place for one in composed.findings if "does nothing" in one.message]
    assert idle == ["templates/email/leter.html"]


def test_a_template_sees_no_settings_and_no_secrets(own: Path) -> None:
    """It is handed values and nothing that leads to a key, a database or the environment."""
    everything = "{% for name in self._TemplateReference__context.parent %}{{ name }} {% endfor %}"

    ((_place, message),) = blocked(composed_with(own, footer__html=everything))

    assert "unsafe" in message


def test_what_a_writer_wrote_never_becomes_a_template(own: Path) -> None:
    """Braces in a text stay braces; the pre-flight asks about them."""
    composed = letters.composed(letters.with_words(title="{{ 7 * 7 }}"), templates=Templates(own))

    assert "49" not in composed.text
    assert composed.blocks
