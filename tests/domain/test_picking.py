"""What the pool gives: unused first, the longest ago after that, and nothing too soon."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wekelijks.domain import picking
from wekelijks.domain.material import PoolInsight, PoolQuestion, PoolTheme
from wekelijks.domain.picking import Pick, pick

SUNDAY = date(2026, 3, 8)
WEEK = timedelta(weeks=1)


def a_theme(id_: int, *, article: int = 1, used: date | None = None, retired: bool = False) -> PoolTheme:
    """A complete theme; its position in the article is its id."""
    return PoolTheme(
        id=id_,
        article_id=article,
        position=id_,
        title=f"Thema {id_}",
        subtitle="",
        reflection=("Een gedachte.",),
        insights=(PoolInsight(id=id_ * 10, text="Een."), PoolInsight(id=id_ * 10 + 1, text="Twee.")),
        questions=(PoolQuestion(id=id_ * 10, text="Wat?"),),
        read_more=None,
        last_used=used,
        retired=retired,
    )


def picked(pool: list[PoolTheme], *, last: int | None = None, on: date = SUNDAY, rest: int = 52) -> int | None:
    """The id of the theme that is picked."""
    found = pick(pool, on=on, repeat_after_weeks=rest, last_article_id=last)
    return found.theme.id if found else None


def weeks_of(pool: list[PoolTheme], weeks: int, *, rest: int = 52) -> list[Pick | None]:
    """What the pool gives week after week, each letter remembered."""
    given_: list[Pick | None] = []
    last: int | None = None
    for week in range(weeks):
        on = SUNDAY + week * WEEK
        found = pick(pool, on=on, repeat_after_weeks=rest, last_article_id=last)
        given_.append(found)
        if found is not None:
            last = found.theme.article_id
            pool = picking.remembering(
                pool, on=on, theme_id=found.theme.id, insight_id=found.insight.id, question_id=found.question.id
            )
    return given_


def test_unused_themes_go_by_article_and_position() -> None:
    """The first of the first article, whatever order the pool was read in."""
    pool = [a_theme(4, article=2), a_theme(2), a_theme(1, used=SUNDAY - 60 * WEEK), a_theme(3)]

    assert picked(pool) == 2


def test_an_article_does_not_come_twice_running_while_another_has_unused_themes() -> None:
    """Another article's turn first; when only this one has unused themes left, it goes on."""
    pool = [a_theme(1, used=SUNDAY - WEEK), a_theme(2), a_theme(3, article=2)]

    assert picked(pool, last=1) == 3
    assert picked(pool[:2], last=1) == 2


def test_an_unused_theme_goes_before_another_articles_rested_one() -> None:
    """Twice running is better than a repeat."""
    pool = [a_theme(1), a_theme(2, article=2, used=SUNDAY - 100 * WEEK)]

    assert picked(pool, last=1) == 1


def test_after_the_last_unused_theme_the_one_used_longest_ago_returns_when_it_has_rested() -> None:
    """To the day: 52 weeks after its last use, and not one week earlier."""
    pool = [a_theme(1, used=SUNDAY - 52 * WEEK), a_theme(2, used=SUNDAY - 53 * WEEK)]

    assert picked(pool) == 2
    assert picked(pool[:1]) == 1
    assert picked(pool[:1], on=SUNDAY - WEEK) is None
    assert picked(pool[:1], on=SUNDAY - WEEK, rest=51) == 1


def test_a_theme_that_was_used_on_a_later_date_has_not_rested() -> None:
    """An extra letter may have been opened under a date that is still to come."""
    assert picked([a_theme(1, used=SUNDAY + WEEK)]) is None


@pytest.mark.parametrize(
    "spoiled",
    [
        replace(a_theme(1), retired=True),
        replace(a_theme(1), insights=()),
        replace(a_theme(1), insights=(PoolInsight(id=1, text="Weg.", retired=True), PoolInsight(id=2, text=" "))),
        replace(a_theme(1), questions=()),
        replace(a_theme(1), questions=(PoolQuestion(id=1, text="Weg?", retired=True),)),
        replace(a_theme(1), reflection=()),
        replace(a_theme(1), reflection=("  ", "")),
    ],
)
def test_what_is_retired_or_incomplete_is_never_picked(spoiled: PoolTheme) -> None:
    """However empty the pool is without it."""
    assert picked([spoiled]) is None
    assert picked([spoiled, a_theme(2)]) == 2


def test_insight_and_question_take_turns_too() -> None:
    """Never used first, in their order; then the one used longest ago; retired ones not."""
    insights = (
        PoolInsight(id=1, text="Een.", last_used=SUNDAY - 60 * WEEK),
        PoolInsight(id=2, text="Twee.", last_used=SUNDAY - 70 * WEEK),
        PoolInsight(id=3, text="Drie.", retired=True),
    )
    questions = (PoolQuestion(id=1, text="Waar?", last_used=SUNDAY - 60 * WEEK), PoolQuestion(id=2, text="Hoe?"))
    theme = replace(a_theme(1, used=SUNDAY - 60 * WEEK), insights=insights, questions=questions)

    found = pick([theme], on=SUNDAY, repeat_after_weeks=52, last_article_id=None)

    assert found is not None
    assert (found.insight.id, found.question.id, found.repeats) == (2, 2, True)


def test_a_question_that_is_lent_is_remembered_by_all_its_borrowers() -> None:
    """The opening's question went with theme 1, so theme 2 asks the other one."""
    lent = (PoolQuestion(id=1, text="Waar?"), PoolQuestion(id=2, text="Hoe?"))
    pool = [replace(a_theme(1), questions=lent), replace(a_theme(2), questions=lent)]

    assert [one.question.id for one in weeks_of(pool, 2) if one] == [1, 2]


def test_a_year_of_letters_from_three_articles() -> None:
    """Articles take turns, nothing returns before its year is over, and the forecast ends where the material does."""
    pool = [a_theme(n, article=1 + (n - 1) // 3) for n in range(1, 10)]

    themes = [one.theme.id if one else None for one in weeks_of(pool, 62)]

    assert themes[:9] == [1, 4, 2, 5, 3, 6, 7, 8, 9]
    assert themes[9:52] == [None] * 43
    assert themes[52:62] == [1, 4, 2, 5, 3, 6, 7, 8, 9, None]


pools = st.lists(
    st.builds(
        lambda article, weeks, retired, insights: (article, weeks, retired, insights),
        st.integers(1, 4),
        st.one_of(st.none(), st.integers(1, 120)),
        st.booleans(),
        st.integers(0, 2),
    ),
    max_size=12,
).map(
    lambda rows: [
        replace(
            a_theme(n, article=article, used=SUNDAY - weeks * WEEK if weeks else None, retired=retired),
            insights=tuple(PoolInsight(id=n * 10 + k, text="x") for k in range(insights)),
        )
        for n, (article, weeks, retired, insights) in enumerate(rows, 1)
    ]
)


@given(pools, st.integers(1, 4), st.integers(1, 80), st.randoms(use_true_random=False))
def test_the_same_pool_always_gives_the_same(
    pool: list[PoolTheme], last: int, rest: int, chance: random.Random
) -> None:
    """In whatever order it was read."""
    mixed = list(pool)
    chance.shuffle(mixed)

    assert picked(pool, last=last, rest=rest) == picked(mixed, last=last, rest=rest)


@given(pools, st.integers(1, 30), st.integers(1, 20))
def test_no_week_breaks_the_promises(pool: list[PoolTheme], weeks: int, rest: int) -> None:
    """Unused before used, nothing before it has rested, no article twice running while another has unused ones."""
    used = {theme.id: theme.last_used for theme in pool}
    usable = {theme.id: theme.article_id for theme in pool if theme.insights and not theme.retired}
    last = None

    for week, found in enumerate(weeks_of(pool, weeks, rest=rest)):
        on = SUNDAY + week * WEEK
        unused = {id_ for id_ in usable if used[id_] is None}
        rested = {id_ for id_ in usable if (at := used[id_]) is not None and on - at >= rest * WEEK}
        if found is None:
            assert not unused
            assert not rested
            continue
        id_ = found.theme.id
        assert id_ in (unused or rested)
        if unused:
            others = {usable[one] for one in unused} - {last}
            assert not others or usable[id_] != last
        else:
            assert used[id_] == min(used[one] or SUNDAY for one in rested)
        used[id_], last = on, usable[id_]
