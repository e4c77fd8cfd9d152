"""The schema, one revision per file, applied by Alembic."""
