"""The pool: list, show, retire."""

from typing import TYPE_CHECKING, Any

import click

from wekelijks.cli.doorway import ID, Doorway, as_json, pass_doorway, say_json, say_table

if TYPE_CHECKING:
    from wekelijks.domain.material import PoolInsight, PoolQuestion, PoolTheme


@click.group()
def themes() -> None:
    """The themes that letters are made from, and when each was last used."""


@themes.command(name="list")
@as_json
@pass_doorway
def list_(doorway: Doorway, *, as_json: bool) -> None:
    """All themes, by article."""
    from wekelijks.services import material

    found = material.themes(doorway.app.database, doorway.newsletter)
    if as_json:
        say_json([_as_document(theme, article) for theme, article in found])
        return
    headings = ("id", "theme", "article", "insights", "questions", "last used", "")
    say_table(
        headings,
        (
            (t.id, t.title, article, _left(t.insights), _left(t.questions), t.last_used or "never", _state(t))
            for t, article in found
        ),
    )


@themes.command()
@click.argument("id_", metavar="ID", type=ID)
@as_json
@pass_doorway
def show(doorway: Doorway, id_: int, *, as_json: bool) -> None:
    """One theme whole, with its insights and questions and when each was last used."""
    from wekelijks.services import material

    theme, article = material.theme(doorway.app.database, doorway.newsletter, id_)
    if as_json:
        say_json(_as_document(theme, article))
        return
    _say(theme, article)


@themes.command()
@click.argument("id_", metavar="ID", type=ID)
@click.option("--insight", "insight_id", type=ID, metavar="ID", help="Only this insight of the theme.")
@click.option("--question", "question_id", type=ID, metavar="ID", help="Only this question of the theme.")
@click.option("--undo", is_flag=True, help="Let it be picked again.")
@as_json
@pass_doorway
def retire(
    doorway: Doorway, id_: int, insight_id: int | None, question_id: int | None, *, undo: bool, as_json: bool
) -> None:
    """Never pick a theme again, or only one insight or question of it. Letters that used it stay as they are."""
    from wekelijks.services import material

    if insight_id is not None and question_id is not None:
        raise click.UsageError("Name --insight or --question, one at a time.")
    part = material.Part(theme_id=id_, insight_id=insight_id, question_id=question_id)
    database, newsletter = doorway.app.database, doorway.newsletter
    if undo:
        material.bring_back(database, newsletter, part)
    else:
        material.retire(database, newsletter, part, now=doorway.app.clock())
    theme, article = material.theme(database, newsletter, id_)
    if as_json:
        say_json(_as_document(theme, article))
        return
    _say(theme, article)


def _as_document(theme: "PoolTheme", article: str) -> dict[str, Any]:
    from wekelijks.services import material

    link = theme.read_more
    return {
        "id": theme.id,
        "article_id": theme.article_id,
        "article": article,
        "title": theme.title,
        "subtitle": theme.subtitle,
        "reflection": list(theme.reflection),
        "insights": [_part_document(one) for one in theme.insights],
        "questions": [_part_document(one) for one in theme.questions],
        "read_more": {"title": link.title, "url": link.url} if link else None,
        "last_used": theme.last_used,
        "retired": theme.retired,
        "incomplete": list(material.missing(theme)),
    }


def _part_document(one: "PoolInsight | PoolQuestion") -> dict[str, Any]:
    return {"id": one.id, "text": one.text, "last_used": one.last_used, "retired": one.retired}


def _state(theme: "PoolTheme") -> str:
    from wekelijks.services import material

    if theme.retired:
        return "retired"
    missing = material.missing(theme)
    return f"no {', no '.join(missing)}" if missing else ""


def _left(parts: "tuple[PoolInsight, ...] | tuple[PoolQuestion, ...]") -> int:
    return sum(not one.retired for one in parts)


def _say(theme: "PoolTheme", article: str) -> None:
    subtitle = f" — {theme.subtitle}" if theme.subtitle else ""
    click.echo(f"{theme.id}  {theme.title}{subtitle}")
    state = f", {_state(theme)}" if _state(theme) else ""
    click.echo(f"from “{article}”, last used: {theme.last_used or 'never'}{state}")
    for paragraph in theme.reflection:
        click.echo(f"\n{paragraph}")
    click.echo()
    parts = [("insight", one) for one in theme.insights] + [("question", one) for one in theme.questions]
    rows = (
        (kind, one.id, one.text, one.last_used or "never", "retired" if one.retired else "") for kind, one in parts
    )
    say_table(("", "id", "text", "last used", ""), rows)
    if theme.read_more:
        click.echo(f"\nread on: {theme.read_more.title} {theme.read_more.url}")
