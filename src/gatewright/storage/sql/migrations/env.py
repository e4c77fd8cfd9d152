"""Runs migrations on the given connection, inside the transaction that is already open on it."""

from alembic import context

from gatewright.storage.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
