"""Blanks: templates may show them and do nothing else with them."""

import copy
from typing import Any

import css_inline
import nh3
import pytest
from jinja2 import Environment
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt

from wekelijks.mail import blanks
from wekelijks.mail.blanks import BLANKS, GREETING, SINCE, UNSUBSCRIBE_URL, BlankMisused

_SANDBOX = ImmutableSandboxedEnvironment(autoescape=True)
_SANDBOX.filters = blanks.guarded(_SANDBOX.filters)
_PLAIN_TEXT = Environment(autoescape=False)  # noqa: S701 - the text part has nothing to escape.


def _shown(source: str, environment: Environment = _SANDBOX) -> str:
    return environment.from_string(source).render(blank=GREETING, other=SINCE, letters=["a"])


@pytest.mark.parametrize(
    "source",
    [
        "{{ blank }}",
        "{{ blank|e }}",
        "{{ blank|safe }}",
        "{{ blank|default('Dag,') }}",
        "<p>{{ blank }}</p>",
        "{% set greeting = blank %}{{ greeting }}",
        "{% if blank is defined %}{{ blank }}{% endif %}",
        '<a href="{{ blank }}">x</a>',
    ],
)
def test_a_template_may_show_a_blank(source: str) -> None:
    """In HTML and in text, escaped or not, its marker stands there as it is."""
    assert str(GREETING) in _shown(source)
    assert str(GREETING) in _shown(source, _PLAIN_TEXT)


@pytest.mark.parametrize(
    "source",
    [
        "{% if blank %}x{% endif %}",
        "{{ 'x' if not blank else 'y' }}",
        "{{ blank or 'lezer' }}",
        "{% if blank == 'Dag,' %}x{% endif %}",
        "{% if blank != other %}x{% endif %}",
        "{% if blank < other %}x{% endif %}",
        "{% if 'Anneke' in blank %}x{% endif %}",
        "{% if blank in letters %}x{% endif %}",
        "{% for each in blank %}x{% endfor %}",
        "{{ blank + '!' }}",
        "{{ '!' + blank }}",
        "{{ blank * 2 }}",
        "{{ '%s' * blank }}",
        "{{ blank % 2 }}",
        "{{ blank[0] }}",
        "{{ blank[:3] }}",
        "{{ blank.upper() }}",
        "{{ blank.name_of_reader }}",
        "{{ blank() }}",
        "{{ blank|string }}",
        "{{ blank|upper }}",
        "{{ blank|length }}",
        "{{ blank|replace('Dag', 'Hoi') }}",
        "{{ blank|truncate(3) }}",
        "{{ blank|trim }}",
        "{{ blank|urlencode }}",
        "{{ blank|default('Dag,', true) }}",
        "{{ '%s'|format(blank) }}",
        "{{ letters|join(blank) }}",
        "{{ letters|map('default', blank)|list|length ~ letters|sort(attribute=blank)|list }}",
    ],
)
def test_a_template_may_not_do_anything_with_a_blank(source: str) -> None:
    """What it decided or changed would be the same for every reader."""
    with pytest.raises(BlankMisused, match="differs per reader"):
        _shown(source)


def test_python_may_put_a_blank_into_a_sentence_as_it_is() -> None:
    """Formatting shows it; a width or a precision would cut it."""
    assert f"{GREETING}" == f"{GREETING!s}" == GREETING.marker
    with pytest.raises(BlankMisused):
        f"{GREETING:>9}"
    assert copy.copy(GREETING).marker == GREETING.marker


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_a_marker_comes_through_everything_that_a_letter_goes_through(blank: Any) -> None:
    """Markdown, the sanitiser and the inliner leave it whole, in words and in an address."""
    marker = str(blank)

    prose = nh3.clean(MarkdownIt().render(f"*{marker}*, [weg]({marker}) {marker}"))
    page = css_inline.inline(f'<style>p{{color:red}}</style><p>{prose}</p><a href="{marker}">{marker}</a>')

    assert marker.isalnum()
    assert marker == marker.lower()
    assert page.count(marker) == 5
    assert f'href="{marker}"' in page


def test_no_marker_is_in_another() -> None:
    """So whatever order they are looked for in, each is found as itself."""
    markers = [str(blank) for blank in BLANKS]

    assert [one for one in markers for other in markers if one != other and one in other] == []


def test_the_blanks_of_a_text_are_known() -> None:
    """For the pre-flight: is there a way to leave in this part?"""
    assert blanks.used(f"<p>{GREETING}</p> {UNSUBSCRIBE_URL}{GREETING}") == {GREETING, UNSUBSCRIBE_URL}
    assert blanks.used("Dag,") == frozenset()


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        (f"{GREETING}{SINCE}", False),
        ("A blank greeting, and a blank since Monday.", False),
        (str(GREETING).upper(), True),
        (str(GREETING).title(), True),
        (str(SINCE)[:-1], True),
        (str(SINCE)[:9] + "…", True),
        (str(SINCE)[5:], True),
    ],
)
def test_a_marker_that_was_cut_or_changed_is_noticed(text: str, damaged: bool) -> None:  # noqa: FBT001 - a table.
    """It would stay in the letter as a strange word."""
    assert blanks.is_damaged(text) is damaged
