"""The ledger: promises, the gate, the balance and the operator's word about doubts."""

from datetime import date, timedelta

from sqlalchemy import insert, update

from cast import FOUNDED, SUNDAY, a_newsletter, a_reader
from wekelijks.domain.mailing import DeliveryState, MailingKind, MailingState
from wekelijks.domain.newsletter import Newsletter
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.store import ledger, schema
from wekelijks.store.database import Database

NOW = FOUNDED + timedelta(days=62)


def a_promise(database: Database, newsletter: Newsletter) -> int:
    """An open slot on SUNDAY with its mailing; the mailing's id."""
    row = insert(schema.slot).values(newsletter_id=newsletter.id, on=SUNDAY, state=SlotState.OPEN, opened_at=NOW)
    with database.begin() as transaction:
        slot_id = transaction.execute(row.returning(schema.slot.c.id)).scalar_one()
        return ledger.promise_slot(
            transaction,
            newsletter=newsletter,
            slot_id=slot_id,
            on=SUNDAY,
            blueprint=b"letter",
            opened_at=NOW,
            deadline=NOW + timedelta(hours=48),
        )


def test_a_slot_is_promised_to_those_whose_standing_rhythm_and_pause_say_yes(database: Database) -> None:
    """Active readers of this week, and paused ones whose rest has ended; nobody else."""
    newsletter = a_newsletter(database)
    a_reader(database, newsletter, "anneke@example.nl")
    a_reader(database, newsletter, "pim@example.nl", status=Standing.LEFT)
    a_reader(database, newsletter, "rust@example.nl", status=Standing.PAUSED, paused_until=date(2026, 3, 9))
    a_reader(database, newsletter, "terug@example.nl", status=Standing.PAUSED, paused_until=SUNDAY)
    for phase in (0, 1):
        a_reader(database, newsletter, f"om{phase}@example.nl", rhythm_weeks=2, rhythm_phase=phase)

    mailing_id = a_promise(database, newsletter)

    with database.read() as transaction:
        assert ledger.balance(transaction, mailing_id).snapshot == 3


def test_leaving_ends_what_waits_and_the_balance_finishes_mailing_and_slot(database: Database) -> None:
    """Suppressed rows count in the balance; done is reached by counting."""
    newsletter = a_newsletter(database)
    reader = a_reader(database, newsletter, "anneke@example.nl")
    mailing_id = a_promise(database, newsletter)

    with database.begin() as transaction:
        too_early = ledger.finish(transaction, mailing_id, now=NOW)
        ledger.suppress_waiting(transaction, [reader], now=NOW)
        finished = ledger.finish(transaction, mailing_id, now=NOW)
        mailing = ledger.get(transaction, mailing_id)

    assert (too_early, finished) == (False, True)
    assert mailing is not None
    assert mailing.state is MailingState.DONE


def test_a_doubt_counted_as_sent_stays_named(database: Database) -> None:
    """`doubtful` names everyone who ever was in doubt."""
    newsletter = a_newsletter(database)
    with database.begin() as transaction:
        mailing_id = ledger.promise_single(
            transaction,
            newsletter_id=newsletter.id,
            kind=MailingKind.PROOF,
            blueprint=b"",
            recipients=["marijke@stilte.example"],
            opened_at=NOW,
            deadline=NOW,
        )
        transaction.execute(update(schema.delivery).values(state=DeliveryState.IN_DOUBT, doubts=1))

        settled = ledger.settle_doubts(transaction, mailing_id, ["MARIJKE@stilte.example"], resend=False, now=NOW)

        assert settled == 1
        assert ledger.doubtful(transaction, mailing_id) == ["marijke@stilte.example"]
        assert ledger.balance(transaction, mailing_id).is_settled


def test_time_on_pause_does_not_count(database: Database) -> None:
    """Resuming moves the deadline by the pause and leaves at least six hours."""
    newsletter = a_newsletter(database)
    mailing_id = a_promise(database, newsletter)

    with database.begin() as transaction:
        ledger.pause(transaction, mailing_id, reason="the relay refuses our letter", now=NOW)
        ledger.resume(transaction, mailing_id, now=NOW + timedelta(hours=100))
        mailing = ledger.get(transaction, mailing_id)

    assert mailing is not None
    assert mailing.deadline == NOW + timedelta(hours=148)
