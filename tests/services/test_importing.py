"""Articles in: the same one updates, a corrected one stays, a bad one takes no other with it."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import wekelijks
from cast import a_newsletter
from wekelijks.domain.article.values import Article
from wekelijks.domain.errors import BadInput, NotFound
from wekelijks.domain.material import Link
from wekelijks.domain.newsletter import Newsletter
from wekelijks.services import article_files, importing, material
from wekelijks.services.article_files import Page
from wekelijks.services.importing import Imported, Manner, State
from wekelijks.store.database import Database

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
SAMPLES = Path(wekelijks.__file__).parent / "samples"
ARTICLES = ("loslaten.html", "rust.txt", "inner-freedom.md")

LETTING_GO = """# Loslaten: wat er overblijft

Een jas hing twintig jaar in de gang, en op een dag in maart mocht hij weg.

## De gesloten hand — waarom vasthouden moe maakt

Maak een vuist en houd hem dicht terwijl je dit leest. De eerste tellen merk je niets, daarna begint het in je arm.

Er ligt niets in je hand, en toch ben je de hele tijd aan het werk om haar dicht te houden, ook nu nog.

> Een hand die merkt dat hij dicht is, gaat al een beetje open.

💡 Welke vuist heb je vandaag gemaakt?

## De onderste la — spullen die een vroeger jij bewaren

In bijna ieder huis is er een la die je met je heup moet dichtduwen, met een sleutel van vroeger.

> Je mag houden van wie je wilde worden.

💡 Wie bewaart jouw onderste la?

## Veelgestelde vragen

### Moet ik vergeven om te kunnen loslaten?

Nee. Vergeven kan erbij komen, later, en het laat zich niet bestellen door wie er haast mee heeft.
"""


def bring_in(
    database: Database, newsletter: Newsletter, text: str, *, url: str = "", dry_run: bool = False, days: int = 0
) -> Imported:
    """Import this text, some days after the first."""
    manner = Manner(url=url, dry_run=dry_run)
    now = NOW + timedelta(days=days)
    return importing.bring_in_page(database, newsletter, "loslaten.md", Page(text=text), manner, now=now)


def pool(database: Database, newsletter: Newsletter) -> list[Article]:
    """Every article as it is stored."""
    return [article for _head, article in importing.all_of(database, newsletter)]


def corrected(database: Database, newsletter: Newsletter, imported: Imported, old: str, new: str) -> str:
    """The article's own Markdown with one correction in it."""
    text = importing.as_markdown(database, newsletter, imported.article.id or 0)
    assert old in text
    return text.replace(old, new)


def test_the_same_article_again_changes_nothing(database: Database) -> None:
    """New the first time, unchanged the second, with the same ids."""
    newsletter = a_newsletter(database)

    first = bring_in(database, newsletter, LETTING_GO)
    stored = pool(database, newsletter)
    second = bring_in(database, newsletter, LETTING_GO, days=1)

    assert (first.state, second.state) == (State.NEW, State.UNCHANGED)
    assert first.added == ("De gesloten hand", "De onderste la")
    assert pool(database, newsletter) == stored
    assert [theme.id for theme in second.article.themes] == [theme.id for theme in stored[0].themes]


def test_a_dry_run_shows_everything_and_writes_nothing(database: Database) -> None:
    """What would be new has no id yet."""
    newsletter = a_newsletter(database)

    shown = bring_in(database, newsletter, LETTING_GO, dry_run=True)

    assert (shown.state, len(shown.article.themes), shown.article.themes[0].id) == (State.NEW, 2, None)
    assert pool(database, newsletter) == []


def test_a_changed_article_updates_what_it_changed(database: Database) -> None:
    """A corrected word keeps the insight's id; a new theme is added, a missing one leaves, by name."""
    newsletter = a_newsletter(database)
    first = bring_in(database, newsletter, LETTING_GO)
    changed = LETTING_GO.replace("gaat al een beetje open", "gaat al wat open").replace(
        "De onderste la — spullen die een vroeger jij bewaren", "Het pad onder water — als het plan niet doorgaat"
    )
    changed = changed.replace(
        "In bijna ieder huis is er een la die je met je heup moet dichtduwen, met een sleutel van vroeger.",
        "In bijna ieder huis is er zo een la die je met je heup moet dichtduwen.",
    )

    second = bring_in(database, newsletter, changed)

    assert second.state is State.UPDATED
    assert second.dropped == ()  # The same reflection and insight: a theme that was renamed, not another one.
    assert [theme.id for theme in second.article.themes] == [theme.id for theme in first.article.themes]
    assert second.article.themes[0].insights[0].id == first.article.themes[0].insights[0].id
    assert second.article.themes[0].insights[0].text.endswith("gaat al wat open.")
    assert second.article.themes[1].title == "Het pad onder water"


def test_a_theme_that_left_the_article_leaves_the_pool(database: Database) -> None:
    """It is named in the report."""
    newsletter = a_newsletter(database)
    bring_in(database, newsletter, LETTING_GO)
    start, end = LETTING_GO.index("## De onderste"), LETTING_GO.index("## Veelgestelde")

    second = bring_in(database, newsletter, LETTING_GO[:start] + LETTING_GO[end:])

    assert (second.state, second.dropped) == (State.UPDATED, ("De onderste la",))
    assert len(pool(database, newsletter)[0].themes) == 1


def test_an_article_is_known_by_its_address_or_its_title(database: Database) -> None:
    """First without an address, then with one, then retitled, then as text under the new title: one article."""
    newsletter = a_newsletter(database)
    retitled = LETTING_GO.replace("Loslaten: wat er overblijft", "Wat er overblijft als je niets vasthoudt")

    bring_in(database, newsletter, LETTING_GO)
    bring_in(database, newsletter, LETTING_GO, url="https://stilte.example/loslaten")
    bring_in(database, newsletter, retitled, url="http://www.stilte.example/loslaten/?utm_source=brief#top")
    last = bring_in(database, newsletter, retitled)

    assert last.state is State.UNCHANGED
    [article] = pool(database, newsletter)
    assert article.title == "Wat er overblijft als je niets vasthoudt"
    assert article.url.endswith("#top")


def test_the_same_title_at_another_address_is_another_article(database: Database) -> None:
    """Two pages may be called the same."""
    newsletter = a_newsletter(database)

    for page in ("een", "twee"):
        bring_in(database, newsletter, LETTING_GO, url=f"https://stilte.example/{page}")

    assert [article.url[-4:] for article in pool(database, newsletter)] == ["/een", "twee"]


def test_what_a_person_corrected_is_the_truth(database: Database) -> None:
    """Our Markdown changes it under the same ids; the original changes nothing afterwards, and says so."""
    newsletter = a_newsletter(database)
    first = bring_in(database, newsletter, LETTING_GO)
    text = corrected(database, newsletter, first, "De gesloten hand", "De open hand")
    text = text.replace("gaat al een beetje open", "is vrij")

    edited = bring_in(database, newsletter, text)
    again = bring_in(database, newsletter, LETTING_GO, days=1)

    assert (edited.state, again.state) == (State.UPDATED, State.KEPT)
    assert "corrected by hand" in again.notes[0]
    [article] = pool(database, newsletter)
    assert article.edited
    assert (article.themes[0].title, article.themes[0].id) == ("De open hand", first.article.themes[0].id)
    assert article.themes[0].insights[0].text == "Een hand die merkt dat hij dicht is, is vrij."
    assert article.themes[0].insights[0].id == first.article.themes[0].insights[0].id


def test_a_corrected_title_is_still_the_same_article(database: Database) -> None:
    """The original comes under the title that it first had."""
    newsletter = a_newsletter(database)
    first = bring_in(database, newsletter, LETTING_GO)
    bring_in(
        database, newsletter, corrected(database, newsletter, first, "Loslaten: wat er overblijft", "Iets anders")
    )

    again = bring_in(database, newsletter, LETTING_GO)

    assert again.state is State.KEPT
    assert [article.title for article in pool(database, newsletter)] == ["Iets anders"]


def test_markdown_that_nobody_changed_is_the_truth_too(database: Database) -> None:
    """Importing the file is the decision, not the difference; a second time nothing changes."""
    newsletter = a_newsletter(database)
    first = bring_in(database, newsletter, LETTING_GO)
    text = importing.as_markdown(database, newsletter, first.article.id or 0)

    states = [bring_in(database, newsletter, one).state for one in (text, text, LETTING_GO)]

    assert states == [State.UPDATED, State.UNCHANGED, State.KEPT]


def test_an_incomplete_theme_is_completed_by_hand(database: Database) -> None:
    """A theme without insight and question comes in, is named, and gets them in the Markdown."""
    newsletter = a_newsletter(database)
    bare = LETTING_GO.replace("> Je mag houden van wie je wilde worden.\n\n💡 Wie bewaart jouw onderste la?\n", "")
    first = bring_in(database, newsletter, bare)
    id_ = first.article.themes[1].id
    mark = f"bewaren {{#theme-{id_}}}"

    text = corrected(database, newsletter, first, mark, f"{mark}\n\n> Dag la.\n\n💡 Wie bewaart hij?")
    second = bring_in(database, newsletter, text)

    assert first.article.themes[1].incomplete == ("insight", "question")
    assert (second.article.themes[1].incomplete, second.article.themes[1].id) == ((), id_)


def test_ids_of_another_installation_mean_nothing_here(database: Database) -> None:
    """A file whose number is an entirely different article's here comes in as its own."""
    newsletter = a_newsletter(database)
    other = a_newsletter(database, slug="ander", is_default=False)
    bring_in(database, newsletter, LETTING_GO)
    head = '---\nwekelijks: article 1\ntitle: "Rust"\n---\n'
    foreign = f"{head}# Themes\n## Drempel {{#theme-1}}\nBlijf staan.\n> Rust. {{#insight-1}}"

    for one in (newsletter, other):
        assert bring_in(database, one, foreign).state is State.NEW

    assert [article.title for article in pool(database, newsletter)] == ["Loslaten: wat er overblijft", "Rust"]
    assert pool(database, newsletter)[0].themes[0].title == "De gesloten hand"
    assert [article.title for article in pool(database, other)] == ["Rust"]


def test_the_same_answers_under_another_article_are_the_same_rows(database: Database) -> None:
    """A block that returns is shared, and a correction of it holds under every article."""
    newsletter = a_newsletter(database)
    first = bring_in(database, newsletter, LETTING_GO)
    other = LETTING_GO.replace("Loslaten: wat er overblijft", "Rust").replace("De gesloten hand", "De drempel")
    second = bring_in(database, newsletter, other)
    bring_in(database, newsletter, corrected(database, newsletter, first, "Nee. Vergeven", "Nee, vergeven"))

    again = bring_in(database, newsletter, other, days=1)

    assert second.article.answers == first.article.answers
    assert again.state is State.UNCHANGED
    assert {article.answers[0].answer[:13] for article in pool(database, newsletter)} == {"Nee, vergeven"}
    assert len({article.answers[0].id for article in pool(database, newsletter)}) == 1


def test_another_answer_to_the_same_question_takes_nothing_away(database: Database) -> None:
    """The same question may mean something else under another article."""
    newsletter = a_newsletter(database)
    bring_in(database, newsletter, LETTING_GO)
    other = LETTING_GO.replace("Loslaten: wat er overblijft", "Rust")
    other = other[: other.index("Nee. ")] + "Dat hangt ervan af wat jij onder dat woord verstaat, en wanneer.\n"

    for _ in range(2):
        bring_in(database, newsletter, other)

    assert [article.answers[0].answer[:3] for article in pool(database, newsletter)] == ["Nee", "Dat"]
    assert len({article.answers[0].id for article in pool(database, newsletter)}) == 2


def test_an_article_in_which_nothing_is_found_says_why_and_takes_nothing_away(database: Database) -> None:
    """The article that is stored stays."""
    newsletter = a_newsletter(database)
    bring_in(database, newsletter, LETTING_GO)

    empty = bring_in(database, newsletter, "# Loslaten: wat er overblijft\n\nDeze pagina bestaat niet meer.\n")

    assert empty.state is State.EMPTY
    assert "No theme was found" in empty.why
    assert len(pool(database, newsletter)[0].themes) == 2


def test_a_bad_file_takes_no_other_with_it(database: Database, tmp_path: Path) -> None:
    """Each is named with what is wrong; the good ones are in."""
    newsletter = a_newsletter(database)
    contents = {
        "a.md": LETTING_GO.encode(),
        "b.pdf": b"%PDF-1.7 ...",
        "c.md": b"---\nwekelijks: article\ntitle: x\n---\nLos.\n",
        "d.bin": bytes(range(256)) * 4,
    }
    for name, bytes_ in contents.items():
        (tmp_path / name).write_bytes(bytes_)
    files = [*(tmp_path / name for name in contents), tmp_path / "e.md", tmp_path]

    report = importing.bring_in(database, newsletter, files, now=NOW)

    assert [one.state for one in report.imported] == [State.NEW]
    assert not report.is_whole
    said = dict(zip(("b.pdf", "c.md", "d.bin", "e.md", tmp_path.name), report.errors, strict=True))
    assert all(f"{name}: " in error for name, error in said.items())
    assert "Line 5" in said["c.md"]
    assert len(pool(database, newsletter)) == 1


def test_an_address_belongs_to_one_file(database: Database) -> None:
    """And it is one that a reader can open."""
    newsletter = a_newsletter(database)

    for url, files in (("https://stilte.example", [Path("a"), Path("b")]), ("javascript:x", [Path("a")])):
        with pytest.raises(BadInput, match="address"):
            importing.bring_in(database, newsletter, files, Manner(url=url), now=NOW)


def test_links_are_whole_or_none(database: Database) -> None:
    """A relative one starts from the article's address; what is no page leads nowhere."""
    newsletter = a_newsletter(database)
    linked = LETTING_GO.replace(
        "vuist heb je vandaag gemaakt?", "vuist heb je gemaakt?\n\nLees meer in: [Zacht](/zacht)."
    )
    script = linked.replace("/zacht", "javascript:alert(1)").replace("Loslaten:", "Rust:")

    relative = bring_in(database, newsletter, linked, url="https://stilte.example/blog/loslaten").article
    nowhere = bring_in(database, newsletter, script).article
    text = importing.as_markdown(database, newsletter, relative.id or 0).replace(
        "https://stilte.example/zacht", "zacht"
    )

    assert relative.themes[0].read_more == Link(title="Zacht", url="https://stilte.example/zacht")
    assert nowhere.themes[0].read_more == Link(title="Zacht", url="")
    with pytest.raises(BadInput, match="“zacht” is no address"):
        bring_in(database, newsletter, text)


def test_two_imports_at_once_make_one_article(database: Database) -> None:
    """They take turns, and the second one finds what the first one wrote."""
    newsletter = a_newsletter(database)
    together = threading.Barrier(4)
    states: list[State] = []

    def one() -> None:
        together.wait(timeout=10)
        states.append(bring_in(database, newsletter, LETTING_GO).state)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(states) == [State.NEW, State.UNCHANGED, State.UNCHANGED, State.UNCHANGED]
    assert len(pool(database, newsletter)) == 1


@pytest.mark.parametrize("name", ARTICLES)
def test_the_samples_come_in_whole_and_twice_is_once(database: Database, name: str) -> None:
    """Every theme of every format is complete, and nothing of the site is in a reflection."""
    newsletter = a_newsletter(database)
    file = SAMPLES / name

    [first] = importing.bring_in(database, newsletter, [file], now=NOW).imported
    [second] = importing.bring_in(database, newsletter, [file], now=NOW).imported

    assert second.state is State.UNCHANGED
    assert len(first.article.questions) == 3
    assert len(first.article.themes) >= 6
    for theme in first.article.themes:
        words = sum(len(paragraph.split()) for paragraph in theme.reflection)
        assert (theme.incomplete, theme.title) == ((), theme.title)
        assert 120 <= words <= 205, theme.title
        assert 1 <= len(theme.insights) <= 2, theme.title
        assert not [one.text for one in theme.insights if one.text in "\n".join(theme.reflection)]


def test_every_sample_survives_its_own_markdown(database: Database) -> None:
    """Export and import change no text and no id."""
    newsletter = a_newsletter(database)
    importing.bring_in(database, newsletter, [SAMPLES / name for name in ARTICLES], now=NOW)
    before = pool(database, newsletter)

    for article in before:
        bring_in(database, newsletter, importing.as_markdown(database, newsletter, article.id or 0))

    assert len(before) == 3
    assert [(one.title, one.questions, one.themes, one.answers) for one in pool(database, newsletter)] == [
        (one.title, one.questions, one.themes, one.answers) for one in before
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_is_read_in_the_encoding_that_it_has(encoding: str) -> None:
    """What nothing marks and is not UTF-8 is Windows-1252, and that is said."""
    text = "Één gedachte — “rust”\r\n\r\nEen alinea van gewone letters, waar weinig aan te zien is.\r\n"

    page = article_files.decoded(text.encode(encoding), name="rust.txt")

    assert (page.text, page.kind) == (text, "text")
    assert [note[:44] for note in page.notes] == (
        ["The file is not UTF-8 and was read as cp1252"] if encoding == "cp1252" else []
    )


def test_a_page_may_name_its_encoding() -> None:
    """Latin-1 is Windows-1252, as in every browser; another one is taken at its word."""
    for declared, encoding in (("iso-8859-1", "cp1252"), ("iso-8859-2", "iso-8859-2"), ("no-such", "cp1252")):
        content = f'<meta charset="{declared}"><p>café</p>'.encode(encoding)

        assert "café" in article_files.decoded(content, name="a.html").text


def test_a_page_that_a_browser_saved_in_one_file_is_opened() -> None:
    """MHTML: the page inside, with the address that it was saved from."""
    content = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://stilte.example/rust\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="-=x"\r\n\r\n---=x\r\n'
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<h1>Caf=C3=A9</h1>\r\n"
        b"---=x--\r\n"
    )

    page = article_files.decoded(content, name="rust.mhtml")

    assert (page.text.strip(), page.kind, page.url) == ("<h1>Café</h1>", "html", "https://stilte.example/rust")


def test_an_insight_or_a_question_can_be_retired_alone(database: Database) -> None:
    """Only of the theme that has it; the theme then lacks it, and it can be brought back."""
    newsletter = a_newsletter(database)
    article = bring_in(database, newsletter, LETTING_GO).article
    first, second = article.themes
    part = material.Part(theme_id=first.id or 0, insight_id=first.insights[0].id)

    without = material.retire(database, newsletter, part, now=NOW)
    again = material.bring_back(database, newsletter, part)

    assert (material.missing(without), material.missing(again)) == (("insight",), ())
    with pytest.raises(NotFound, match="has no insight"):
        material.retire(
            database, newsletter, material.Part(theme_id=second.id or 0, insight_id=first.insights[0].id), now=NOW
        )


def test_the_pool_is_listed_with_its_articles(database: Database) -> None:
    """Every theme with its article's title and its last use."""
    newsletter = a_newsletter(database)
    bring_in(database, newsletter, LETTING_GO)

    listed = material.themes(database, newsletter)

    assert [(theme.title, title, theme.last_used) for theme, title in listed] == [
        ("De gesloten hand", "Loslaten: wat er overblijft", None),
        ("De onderste la", "Loslaten: wat er overblijft", None),
    ]
