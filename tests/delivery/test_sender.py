"""The sender against relays that misbehave, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

import rounds
from relays import ScriptedRelay, agreeable, listening
from rounds import NOW, ALetter, a_sender, carried, promised, the_balance, the_doubtful
from wekelijks.delivery.connection import Timeouts
from wekelijks.delivery.means import Summary
from wekelijks.delivery.sender import Sender
from wekelijks.domain.errors import BadInput
from wekelijks.domain.mailing import MailingState
from wekelijks.domain.newsletter import DoubtPolicy
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.store import ledger, schema
from wekelijks.store.database import Database


def test_everybody_gets_the_letter_once_and_the_slot_is_done(database: Database) -> None:
    """Dots are stuffed, the balance is exact, and a second run sends nothing."""
    mailing_id = promised(database, *(f"lezer{number}@example.nl" for number in range(25)))
    relay = ScriptedRelay()

    first, second = carried(database, relay), carried(database, relay)

    assert (first.accepted, second.accepted) == (25, 0)
    assert sorted(address for address, _message in relay.taken) == sorted({address for address, _m in relay.taken})
    assert relay.taken[0][1].endswith(b"\r\n\r\n..Dag,\r\n..\r\nrust\r\n.\r\n")
    assert the_balance(database, mailing_id).is_settled
    with database.read() as transaction:
        assert transaction.execute(select(schema.slot.c.state)).scalar_one() is SlotState.DONE


def test_a_reader_at_a_domain_with_an_accent_gets_the_letter(database: Database) -> None:
    """The envelope names the host by its A-label (IDNA 2008), as SMTP without SMTPUTF8 wants it."""
    promised(database, "jo@café.example")
    relay = ScriptedRelay()

    summary = carried(database, relay)

    assert summary.accepted == 1
    assert [address for address, _message in relay.taken] == ["jo@xn--caf-dma.example"]


def test_a_refusal_about_the_recipient_ends_that_promise_alone(database: Database) -> None:
    """5xx at RCPT: refused, with code and text; the others go on."""
    mailing_id = promised(database, "weg@example.nl", "anneke@example.nl")
    relay = ScriptedRelay(lambda _stage, to: "550 5.1.1 unknown" if to == "weg@example.nl" else "250 ok")

    carried(database, relay)

    balance = the_balance(database, mailing_id)
    assert (balance.refused, balance.accepted, balance.is_settled) == (1, 1, True)
    with database.read() as transaction:
        kept = select(schema.delivery.c.answer).where(schema.delivery.c.code == 550)
        assert transaction.execute(kept).scalar_one() == "5.1.1 unknown"


def test_a_passing_refusal_waits_and_is_tried_again_until_the_window_closes(database: Database) -> None:
    """4xx: waiting with a moment; not before it; accepted after it; expired past the deadline."""
    mailing_id = promised(database, "anneke@example.nl")
    busy, kind = ScriptedRelay(lambda _stage, _to: "451 4.7.1 later"), ScriptedRelay()

    carried(database, busy)
    too_early = carried(database, kind, now=NOW + timedelta(seconds=29))
    again = carried(database, busy, now=NOW + timedelta(seconds=31))
    carried(database, kind, now=NOW + timedelta(hours=49))

    assert (too_early.accepted, again.put_off) == (0, 1)
    assert the_balance(database, mailing_id).expired == 1


def test_an_answer_about_the_letter_pauses_the_mailing_and_suppresses_nobody(database: Database) -> None:
    """5xx at the dot that does not speak of the recipient: paused, everybody still waiting, an alarm stands."""
    mailing_id = promised(database, *(f"lezer{number}@example.nl" for number in range(5)))
    relay = ScriptedRelay(lambda stage, _to: "554 5.7.1 spam" if stage == "dot" else "250 ok")

    summary = carried(database, relay)

    assert summary.paused
    assert the_balance(database, mailing_id).waiting == 5
    with database.read() as transaction:
        assert transaction.execute(select(schema.slot.c.state)).scalar_one() is SlotState.PAUSED
        assert transaction.execute(select(schema.alarm.c.kind)).scalars().all() == ["paused"]


def test_a_link_that_breaks_after_the_dot_is_a_doubt_that_is_resent_once(database: Database) -> None:
    """The policy resends the first time; a second doubt stays for the operator, named."""
    mailing_id = promised(database, "anneke@example.nl")
    relay = ScriptedRelay(lambda stage, _to: None if stage == "dot" else "250 ok")

    carried(database, relay)

    assert the_balance(database, mailing_id).in_doubt == 1
    assert the_doubtful(database, mailing_id) == ["anneke@example.nl"]
    assert carried(database, ScriptedRelay()).accepted == 0


def test_with_the_policy_hold_a_doubt_stays_at_once(database: Database) -> None:
    """Hold: one dot, and then a person decides."""
    mailing_id = promised(database, "anneke@example.nl", policy=DoubtPolicy.HOLD)
    dots: list[str] = []

    def reply(stage: str, to: str) -> str | None:
        dots.extend([to] if stage == "dot" else [])
        return None if stage == "dot" else "250 ok"

    carried(database, ScriptedRelay(reply))

    assert the_balance(database, mailing_id).in_doubt == 1


def test_a_relay_out_of_reach_ends_nothing(database: Database) -> None:
    """Connection errors are never final: everybody waits, and the run says that it was unable."""
    mailing_id = promised(database, "anneke@example.nl")

    async def run() -> Summary:
        async with listening(ScriptedRelay()) as relay:
            port = relay.port
        return await a_sender(database, port, lambda: NOW, 2).run(follow=False)

    summary = asyncio.run(run())

    assert summary.unable
    assert the_balance(database, mailing_id).waiting == 1


def test_who_leaves_while_the_letter_is_being_sent_gets_no_dot_after_it(database: Database) -> None:
    """The intent is the gate: leaving between claim and intent means no dot."""
    mailing_id = promised(database, "eerst@example.nl", "weg@example.nl")

    def reply(stage: str, to: str) -> str | None:
        if stage == "rcpt" and to == "weg@example.nl":
            with database.begin() as transaction:
                gone = select(schema.subscriber.c.id).where(schema.subscriber.c.address == to)
                subscriber_id = transaction.execute(gone).scalar_one()
                left = schema.subscriber.update().where(schema.subscriber.c.id == subscriber_id)
                transaction.execute(left.values(status=Standing.LEFT))
                ledger.suppress_waiting(transaction, [subscriber_id], now=NOW)
        return agreeable(stage, to)

    relay = ScriptedRelay(reply)
    carried(database, relay, connections=1)

    assert [address for address, _message in relay.taken] == ["eerst@example.nl"]
    assert the_balance(database, mailing_id).suppressed == 1
    assert the_balance(database, mailing_id).is_settled


def test_a_damaged_letter_pauses_its_own_mailing_alone(database: Database) -> None:
    """What was frozen cannot be read: nobody is refused, the mailing is paused, and the run ends in order."""
    mailing_id = promised(database, "anneke@example.nl")

    def damaged(_frozen: bytes) -> ALetter:
        raise BadInput("the checksum is wrong")

    async def run() -> Summary:
        async with listening(ScriptedRelay()) as relay:
            return await a_sender(database, relay.port, lambda: NOW, 1, read_blueprint=damaged).run(follow=False)

    summary = asyncio.run(run())

    assert summary.paused == ["its frozen letter cannot be used (the checksum is wrong)"]
    assert the_balance(database, mailing_id).waiting == 1
    with database.read() as transaction:
        assert transaction.execute(select(schema.delivery.c.sender_id)).scalar_one() is None
        assert transaction.execute(select(schema.mailing.c.state)).scalar_one() is MailingState.PAUSED


def test_stopping_waits_for_the_answer_and_starts_nothing_new(database: Database) -> None:
    """SIGTERM's path: the letter under way is settled, the others still wait, nobody is in doubt."""
    mailing_id = promised(database, *(f"lezer{number}@example.nl" for number in range(10)))
    senders: list[Sender] = []

    def reply(stage: str, to: str) -> str | None:
        if stage == "dot":
            senders[0].stop()
        return agreeable(stage, to)

    async def run() -> None:
        async with listening(ScriptedRelay(reply)) as relay:
            senders.append(a_sender(database, relay.port, lambda: NOW, 1))
            await senders[0].run(follow=True)

    asyncio.run(run())

    balance = the_balance(database, mailing_id)
    assert (balance.accepted, balance.waiting, balance.in_doubt) == (1, 9, 0)
    assert the_doubtful(database, mailing_id) == []


class Hasty(ScriptedRelay):
    """Says `extra` as well, unasked, where it says that the letter may come."""

    extra = b"250 2.0.0 queued\r\n"

    async def _take(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"354 go on\r\n" + self.extra)
        message = await reader.readuntil(b"\r\n.\r\n")
        self.taken.append((recipient, message))
        writer.write(b"451 4.3.0 not kept\r\n")
        return True


@pytest.mark.parametrize("extra", [b"250 2.0.0 queued\r\n", b"354 go on\r\n", b"2"])
def test_what_a_relay_says_before_the_letter_is_never_the_letters_answer(database: Database, extra: bytes) -> None:
    """Two replies at once at DATA: no dot leaves on that connection, and nobody is accepted or in doubt."""
    mailing_id = promised(database, "anneke@example.nl", "bram@example.nl")
    relay = Hasty()
    relay.extra = extra

    summary = carried(database, relay)

    balance = the_balance(database, mailing_id)
    assert relay.taken == []
    assert (summary.accepted, balance.waiting, balance.in_doubt, balance.sending) == (0, 2, 0, 0)


def test_a_reply_too_many_after_a_letter_is_not_the_next_ones(database: Database) -> None:
    """An answer that nobody asked for ends the connection; the next reader's letter takes a new one, at once."""
    mailing_id = promised(database, "anneke@example.nl", "bram@example.nl", "carla@example.nl")
    relay = ScriptedRelay(lambda stage, _to: "250 taken\r\n250 taken again" if stage == "dot" else "250 ok")

    carried(database, relay, connections=1)

    assert [address for address, _message in relay.taken] == sorted({address for address, _m in relay.taken})
    assert relay.connections == 3
    assert (the_balance(database, mailing_id).accepted, the_doubtful(database, mailing_id)) == (3, [])


class SilentRelay(ScriptedRelay):
    """Does not say that the letter may come."""

    async def _take(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await reader.read()
        return False


def test_a_relay_that_falls_silent_before_the_dot_costs_an_attempt_and_no_doubt(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was handed over, so everyone waits; when the relay speaks again, everyone has the letter once."""
    monkeypatch.setattr(rounds, "TIMEOUTS", Timeouts(connect=1, command=0.2, dot=5))
    readers = [f"lezer{number}@example.nl" for number in range(4)]
    mailing_id = promised(database, *readers)

    silent = carried(database, SilentRelay())
    waiting = the_balance(database, mailing_id)
    relay = ScriptedRelay()
    carried(database, relay, now=NOW + timedelta(hours=1))

    assert (silent.accepted, silent.put_off, silent.in_doubt, waiting.waiting) == (0, 4, 0, 4)
    assert sorted(address for address, _message in relay.taken) == sorted(readers)
    assert the_doubtful(database, mailing_id) == []
