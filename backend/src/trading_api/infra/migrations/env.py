"""Runs migrations over the connection that `open_database` hands to alembic."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
