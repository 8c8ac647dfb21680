"""What a sender is handed: the reader as the letter speaks to them."""

from datetime import date, timedelta

from sqlalchemy import update

from cast import FOUNDED
from rounds import NOW, promised
from wekelijks.store import carrying, schema
from wekelijks.store.database import Database
from wekelijks.store.senders import Place


def test_a_letter_names_the_day_of_signing_up_only_where_somebody_wrote_it_down(database: Database) -> None:
    """The day on which a list was brought in is not the day on which its readers signed up."""
    mailing_id = promised(database, "brought-in@example.nl", "dated@example.nl", "form@example.nl")
    moments = {"dated@example.nl": FOUNDED - timedelta(days=700), "form@example.nl": FOUNDED + timedelta(days=1)}
    with database.begin() as transaction:
        for address, at in moments.items():
            one = update(schema.subscriber).where(schema.subscriber.c.address == address)
            transaction.execute(one.values(confirmed_at=at))
    place = Place(database, host="here", pid=1)
    place.take(now=NOW)

    with place.begin() as transaction:
        claimed = carrying.claim(transaction, mailing_id, place.id, limit=5, now=NOW)

    assert {one.reader.address: one.reader.since for one in claimed} == {
        "brought-in@example.nl": None,
        "dated@example.nl": date(2024, 2, 5),
        "form@example.nl": date(2026, 1, 6),
    }
    place.leave(now=NOW)
