"""What Alembic runs for each command: the steps, within the caller's transaction."""

from alembic import context

from todo_api.storage.schema import metadata

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    version_table=context.config.attributes["version_table"],
    target_metadata=metadata,
    tell=context.config.attributes["tell"],
    transactional_ddl=True,  # SQLite's too, because the transaction was begun explicitly
    # SQLite counts keys up without an identity, which Alembic would take for a missing default.
    compare_server_default=connection.dialect.name == "postgresql",
)
context.run_migrations()
