"""The tables. ``migrations/`` builds exactly this, and a test on both databases keeps it so.

A person's address stands in ``subscriber`` and, for letters to people without a subscription, in ``delivery``;
nowhere else, so that erasing somebody is a short list.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)

from wekelijks.domain.mailing import DeliveryState, MailingKind, MailingState
from wekelijks.domain.newsletter import DoubtPolicy
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.store.columns import UtcDateTime, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows by itself only for INTEGER PRIMARY KEY; PostgreSQL wants room for a ledger of many years.
Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _newsletter() -> Column[int]:
    return Column("newsletter_id", Id, ForeignKey("newsletter.id"), nullable=False)


newsletter = Table(
    "newsletter",
    metadata,
    _id(),
    Column("slug", String(40), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("sender_address", Text, nullable=False),
    Column("reply_to", Text),
    Column("language", String(12), nullable=False),
    Column("timezone", Text, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("moment", Time, nullable=False),
    Column("grace_hours", Integer, nullable=False, server_default="24"),
    Column("repeat_after_weeks", Integer, nullable=False, server_default="52"),
    Column("postal_address", Text, nullable=False, server_default=""),
    Column("promise", Text, nullable=False, server_default=""),
    Column("sign_off", Text, nullable=False, server_default=""),
    Column("invitation", Text, nullable=False, server_default=""),
    Column("site_url", Text, nullable=False, server_default=""),
    Column("privacy_url", Text, nullable=False, server_default=""),
    Column("accent", String(7), nullable=False, server_default="#7a4b2a"),
    Column("doubt_policy", Word(DoubtPolicy), nullable=False, server_default="resend"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

subscriber = Table(
    "subscriber",
    metadata,
    _id(),
    _newsletter(),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("language", String(12), nullable=False),
    Column("timezone", Text, nullable=False, server_default=""),
    Column("status", Word(Standing), nullable=False),
    Column("rhythm_weeks", SmallInteger, nullable=False, server_default="1"),
    Column("rhythm_phase", SmallInteger, nullable=False, server_default="0"),
    Column("paused_until", Date),
    Column("source", Text, nullable=False, server_default=""),
    Column("confirmed_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("newsletter_id", "address_key"),
    Index("ix_subscriber_newsletter_id_status", "newsletter_id", "status"),
    # A link signed for somebody who was erased must never meet a later person under the same number.
    sqlite_autoincrement=True,
)

consent = Table(
    "consent",
    metadata,
    _id(),
    _newsletter(),
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # given | withdrawn
    Column("at", UtcDateTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text, nullable=False, server_default=""),
    Column("evidence", JSON, nullable=False),
)

suppression = Table(
    "suppression",
    metadata,
    _id(),
    Column("newsletter_id", Id, ForeignKey("newsletter.id")),  # NULL: for all newsletters
    Column("address_hash", String(64), nullable=False),
    Column("reason", String(24), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("address_hash", "newsletter_id"),
)

article = Table(
    "article",
    metadata,
    _id(),
    _newsletter(),
    Column("key", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False, server_default=""),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),  # Set when a person's corrected Markdown became the truth.
    UniqueConstraint("newsletter_id", "key"),
)

theme = Table(
    "theme",
    metadata,
    _id(),
    Column("article_id", Id, ForeignKey("article.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("subtitle", Text, nullable=False, server_default=""),
    Column("reflection", JSON, nullable=False),  # a list of paragraphs, Markdown
    Column("read_more_title", Text, nullable=False, server_default=""),
    Column("read_more_url", Text, nullable=False, server_default=""),
    Column("retired_at", UtcDateTime),  # A person does not want it any more.
    Column("dropped_at", UtcDateTime),  # Its article does not hold it any more; comes back with it.
)

insight = Table(
    "insight",
    metadata,
    _id(),
    Column("theme_id", Id, ForeignKey("theme.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("retired_at", UtcDateTime),  # A person does not want it any more.
    Column("dropped_at", UtcDateTime),  # Its article does not hold it any more; comes back with it.
)

question = Table(
    "question",
    metadata,
    _id(),
    Column("article_id", Id, ForeignKey("article.id"), nullable=False, index=True),
    Column("theme_id", Id, ForeignKey("theme.id"), index=True),  # NULL: one of the article's opening questions
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("retired_at", UtcDateTime),  # A person does not want it any more.
    Column("dropped_at", UtcDateTime),  # Its article does not hold it any more; comes back with it.
)

answer = Table(
    "answer",
    metadata,
    _id(),
    _newsletter(),
    Column("key", String(64), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    UniqueConstraint("newsletter_id", "key"),
)

article_answer = Table(
    "article_answer",
    metadata,
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True),
    Column("answer_id", Id, ForeignKey("answer.id"), primary_key=True),
    Column("position", Integer, nullable=False),
)

issue = Table(
    "issue",
    metadata,
    _id(),
    _newsletter(),
    Column("origin", String(8), nullable=False),  # queue | pool
    Column("file_key", Text, nullable=False, server_default=""),
    Column("position", Integer),  # place in the queue; NULL: pinned, used or from the pool
    Column("pinned_on", Date),
    Column("subject", Text, nullable=False, server_default=""),
    Column("preheader", Text, nullable=False, server_default=""),
    Column("opening", Text, nullable=False, server_default=""),
    Column("theme_id", Id, ForeignKey("theme.id")),
    Column("insight_id", Id, ForeignKey("insight.id")),
    Column("question_id", Id, ForeignKey("question.id")),
    Column("answer_id", Id, ForeignKey("answer.id")),  # a question from a reader, with its answer
    Column("theme", Text, nullable=False, server_default=""),  # free text where nothing of the pool is pinned
    Column("insight", Text, nullable=False, server_default=""),
    Column("question", Text, nullable=False, server_default=""),
    Column("body", Text, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),
    Column("ps", Text, nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

slot = Table(
    "slot",
    metadata,
    _id(),
    _newsletter(),
    Column("on", Date, nullable=False),
    Column("state", Word(SlotState), nullable=False),
    Column("opens_at", UtcDateTime),
    Column("reason", Text, nullable=False, server_default=""),
    Column("extra", Boolean, nullable=False, server_default=text("false")),  # outside the rhythm: takes no week
    Column("issue_id", Id, ForeignKey("issue.id"), unique=True),
    Column("letter", JSON),  # the letter as it was sent, for the archive; NULL until opened
    Column("opened_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    UniqueConstraint("newsletter_id", "on"),
)

mailing = Table(
    "mailing",
    metadata,
    _id(),
    _newsletter(),
    Column("slot_id", Id, ForeignKey("slot.id"), unique=True),
    Column("kind", Word(MailingKind), nullable=False),
    Column("state", Word(MailingState), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("priority", SmallInteger, nullable=False),  # lower goes first
    Column("blueprint", LargeBinary, nullable=False),
    Column("snapshot", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("deadline", UtcDateTime, nullable=False),
    Column("paused_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Index(
        "ix_mailing_unfinished",
        "priority",
        "id",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
)

sender = Table(
    "sender",
    metadata,
    _id(),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    sqlite_autoincrement=True,
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    Column("mailing_id", Id, ForeignKey("mailing.id"), nullable=False),
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="SET NULL"), index=True),
    Column("recipient", Text),  # the address, where there is no subscription
    Column("state", Word(DeliveryState), nullable=False, server_default="waiting"),
    Column("sender_id", Id, ForeignKey("sender.id")),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("doubts", SmallInteger, nullable=False, server_default="0"),
    Column("not_before", UtcDateTime),
    Column("code", SmallInteger),
    Column("answer", Text),
    Column("settled_at", UtcDateTime),
    UniqueConstraint("mailing_id", "subscriber_id"),
    UniqueConstraint("mailing_id", "recipient"),
    Index(
        "ix_delivery_waiting",
        "mailing_id",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_delivery_unsettled",
        "sender_id",
        "mailing_id",
        sqlite_where=text("state IN ('sending', 'in_doubt')"),
        postgresql_where=text("state IN ('sending', 'in_doubt')"),
    ),
)

pace = Table(
    "pace",
    metadata,
    Column("name", String(80), primary_key=True),  # second | hour | day | domain:example.nl
    Column("next_at", UtcDateTime, nullable=False),  # GCRA: the theoretical arrival time of the next letter
)

alarm = Table(
    "alarm",
    metadata,
    _id(),
    Column("newsletter_id", Id, ForeignKey("newsletter.id")),
    Column("kind", String(32), nullable=False),
    Column("about", Text, nullable=False),  # with kind, what makes an alarm the same alarm: a slot's date, a relay
    Column("message", Text, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
    # While an alarm stands, the same one cannot be raised again; two indexes, because NULL is never equal to NULL.
    Index(
        "uq_alarm_standing_of_newsletter",
        "newsletter_id",
        "kind",
        "about",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
    Index(
        "uq_alarm_standing_of_installation",
        "kind",
        "about",
        unique=True,
        sqlite_where=text("newsletter_id IS NULL AND cleared_at IS NULL"),
        postgresql_where=text("newsletter_id IS NULL AND cleared_at IS NULL"),
    ),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", String(24), primary_key=True),  # scheduler | sender
    Column("at", UtcDateTime, nullable=False),
)
