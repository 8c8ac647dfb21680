"""An issue's file: what a writer may type, and what is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wekelijks.domain import issue_file
from wekelijks.domain.errors import BadInput
from wekelijks.domain.issue_file import IssueFile

WHOLE = """---
subject: Rust: een richting
# For myself: not before March.
preheader: 'Wie stilstaat, komt ''aan'''
opening: |
  Lieve lezer,

  het sneeuwt.
Theme: >-
  Rust — wat
  er overblijft
insight: "Rust is geen \\"plek\\"." # from the book
question: Waar rust jij
  het liefst?
link: [Lees verder](https://stilte.example/rust)
ps:
  Tot volgende week.

  En: tot ziens.
---

De eerste alinea.

---

De tweede alinea.
"""


def read(text: str, encoding: str = "utf-8") -> IssueFile:
    """The file with this text."""
    return issue_file.read(text.encode(encoding), name="brief.md")


def complaint_about(content: bytes) -> str | None:
    """The sentence with which this file is refused; None: it is an issue."""
    try:
        issue_file.read(content, name="brief.md")
    except BadInput as error:
        return str(error)
    return None


def refused(text: str | bytes) -> str:
    """The sentence with which this file is refused."""
    complaint = complaint_about(text if isinstance(text, bytes) else text.encode())
    assert complaint is not None
    return complaint


def test_everything_that_a_writer_may_type() -> None:
    """Plain, quoted, over several lines, kept or folded; a rule in the body is no front matter."""
    file = read(WHOLE)

    assert file.subject == "Rust: een richting"
    assert file.preheader == "Wie stilstaat, komt 'aan'"
    assert file.opening == "Lieve lezer,\n\nhet sneeuwt."
    assert file.theme == "Rust — wat er overblijft"
    assert file.insight == 'Rust is geen "plek".'
    assert file.question == "Waar rust jij het liefst?"
    assert file.link == "[Lees verder](https://stilte.example/rust)"
    assert file.ps == "Tot volgende week.\n\nEn: tot ziens."
    assert file.body == "De eerste alinea.\n\n---\n\nDe tweede alinea."
    assert (file.lines["subject"], file.lines["ps"], file.lines["body"]) == (2, 16, 22)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_editor_may_have_written_it(encoding: str, line_end: str) -> None:
    """Whatever its byte order mark, encoding and line ends, it is the same issue with the same lines."""
    file = read(WHOLE.replace("\n", line_end), encoding)

    assert file == read(WHOLE)
    assert file.lines == read(WHOLE).lines


def test_a_letter_is_the_same_however_its_accents_are_composed() -> None:
    """A Mac may write é as two characters; it is one."""
    assert read("---\nsubject: Cafe\u0301\n---\nTekst").subject == "Caf\u00e9"


def test_nothing_and_null_are_absent() -> None:
    """What a note-taking program writes for an empty field is no text for readers."""
    file = read('---\nsubject: Rust\nps: ~\nopening: null\nlink:\ninsight: ""\n---\nTekst')

    assert (file.ps, file.opening, file.link, file.insight) == ("", "", "", "")


def test_escapes_in_double_quotation_marks() -> None:
    """As in YAML; in single ones a backslash is a backslash."""
    file = read("---\nsubject: \"een \\u2014 twee \\\\ drie\"\npreheader: 'een \\n twee'\n---\nTekst")

    assert (file.subject, file.preheader) == ("een — twee \\ drie", "een \\n twee")


def test_a_line_that_is_broken_on_purpose_stays_broken() -> None:
    """Two spaces at a line's end are Markdown; other space there is nothing."""
    assert read("---\nsubject: Rust\n---\nroos  \nvuur \nuur").body == "roos  \nvuur\nuur"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "brief.md: the file is empty"),
        ("\n \n", "brief.md: the file is empty"),
        ("# Rust\n\nTekst", "brief.md:1: expected a line with ---"),
        ("---\nsubject: Rust\n\nTekst\n", "brief.md:4: expected `key: value`"),
        ("\n---\nsubject: Rust\n", "brief.md:2: the front matter that begins here has no closing line"),
        ("---\nsubjct: Rust\n---\n", "brief.md:2: there is no key `subjct`; perhaps `subject` is meant"),
        ("---\ndatum: morgen\n---\n", "brief.md:2: there is no key `datum`; the keys are subject, preheader"),
        ("---\nps: een\nsubject: a\nPS: twee\n---\n", "brief.md:4: `ps` stands here and on line 2"),
        ("---\n  subject: Rust\n---\n", "brief.md:2: expected `key: value`"),
        ("---\n- subject\n---\n", "brief.md:2: expected `key: value`"),
        ("---\n: Rust\n---\n", "brief.md:2: expected `key: value`"),
        ('---\nsubject: "Rust\n---\n', 'brief.md:2: the quotation mark " is not closed'),
        ("---\nsubject: 'Rust\n---\n", "brief.md:2: the quotation mark ' is not closed"),
        ('---\nsubject: "Rust" zei ze\n---\n', "brief.md:2: words stand after the closing"),
        ('---\nsubject: "Rust\\q"\n---\n', "brief.md:2: \\q means nothing here"),
        ('---\nsubject: "Rust\\u0007"\n---\n', "brief.md:2: U+0007 is a control character"),
        ("---\nsubject: Rust\n---\nEen\x07.", "brief.md:4: a control character (U+0007) at column 4"),
        ("---\nsubject: Ru\u2028st\n---\n", "brief.md:2: a control character (U+2028)"),
        ("---\nsubject: Ru\u202est\n---\n", "brief.md:2: a control character (U+202E)"),
        ("---\nsubject: Ru\ufeffst\n---\n", "brief.md:2: a control character (U+FEFF)"),
        ("---\nsubject: Rust\n---\nEen\x00.", "brief.md:4: this is no text"),
        ("---\nsubject: Café\n---\n".encode("cp1252"), "brief.md:2: this is no UTF-8 text (byte 0xE9)"),
        ("---\nsubject: Rust\n---\n".encode("utf-16-le"), "brief.md:1: this is no text"),
        (b"\xff\xfe-", "brief.md:1: this is no UTF-8 text"),
        (b"x" * 100_001, "brief.md: 100,001 bytes is no letter"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_line(text: str | bytes, complaint: str) -> None:
    """The file, the line, what is wrong and mostly what to do."""
    assert complaint in refused(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_issue_or_one_sentence(content: bytes) -> None:
    """No traceback, whatever the file is."""
    for start in (b"", b"---\n", b"---\nsubject: "):
        complaint = complaint_about(start + content)
        assert complaint is None or (complaint.startswith("brief.md") and "\n" not in complaint)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), max_size=40))
def test_a_quoted_subject_comes_back_as_it_was(words: str) -> None:
    """Whatever stands between single quotation marks, spaces aside."""
    text = "---\nsubject: '" + words.replace("'", "''") + "'\n---\nTekst"
    complaint = complaint_about(text.encode())
    if complaint is not None:
        assert "control character" in complaint
        return
    assert read(text).subject.split() == read(f"---\nsubject: Rust\n---\n{words}").body.split()
