"""What a relay's answer means."""

from datetime import timedelta

import pytest

from wekelijks.domain.outcome import Answer, Breaker, Outcome, Stage, Verdict, judge, wait_before


@pytest.mark.parametrize(
    ("stage", "code", "text", "verdict"),
    [
        (Stage.DOT, 250, "2.0.0 taken", Verdict.ACCEPTED),
        (Stage.RCPT, 550, "5.1.1 unknown", Verdict.REFUSED),
        (Stage.RCPT, 550, "no such user", Verdict.REFUSED),
        (Stage.DOT, 552, "5.2.2 mailbox full", Verdict.REFUSED),
        (Stage.RCPT, 554, "5.7.1 relay access denied", Verdict.PAUSE),
        (Stage.MAIL, 550, "5.1.8 bad sender", Verdict.PAUSE),
        (Stage.DOT, 554, "5.7.1 spam", Verdict.PAUSE),
        (Stage.RCPT, 530, "5.7.0 log in first", Verdict.PAUSE),
        (Stage.RCPT, 451, "4.7.1 greylisted", Verdict.RETRY),
        (Stage.CONNECT, 554, "go away", Verdict.RETRY),
        (Stage.DATA, 0, "no answer", Verdict.RETRY),
        (Stage.DOT, 0, "no answer", Verdict.DOUBT),
    ],
)
def test_only_an_answer_about_the_recipient_ends_a_promise(
    stage: Stage, code: int, text: str, verdict: Verdict
) -> None:
    """What is about us or the letter pauses; what passes is tried again; silence after the dot is a doubt."""
    assert judge(stage, Answer(code, text)).verdict is verdict


def test_waiting_doubles_from_half_a_minute_to_an_hour() -> None:
    """30 s, 60 s, … never over an hour; jitter adds a tenth at most."""
    assert [wait_before(attempts, 0).total_seconds() for attempts in (1, 2, 3, 8, 50)] == [30, 60, 120, 3600, 3600]
    assert wait_before(1, 1.0) == timedelta(seconds=33)


def test_the_breaker_trips_at_the_twenty_first_refusal_of_one_class() -> None:
    """Twenty of one class are borne; one more is too many."""
    breaker, refusal = Breaker(), Outcome(Verdict.REFUSED, Answer(550, "5.1.1 unknown"))

    tripped = [breaker.trips_on(refusal) for _each in range(21)]

    assert tripped == [False] * 20 + [True]
