"""Alembic's door: runs on the connection that ``wekelijks.store.migrations`` hands over, in its transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from wekelijks.store.columns import UtcDateTime, Word
from wekelijks.store.schema import metadata


def as_plain_type(kind: str, column_type: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as the plain types they are, so that an old migration never depends on new code."""
    if kind == "type" and isinstance(column_type, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(column_type, Word):
        return "sa.String(length=24)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=as_plain_type,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
