"""Checks what a database lacks: tables, privileges of the role, or the ability to write. Only reads."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from gatewright.storage.sql.rows import Row

GRANT_CREATE = "GRANT ALL ON SCHEMA public TO its_name"
GRANT_TABLES = (
    "GRANT ALL ON ALL TABLES IN SCHEMA public TO its_name; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO its_name"
)

_LACKS = """
    WITH ours AS (SELECT name, to_regclass(quote_ident(name)) AS oid FROM unnest(%(tables)s::text[]) AS name)
    SELECT ARRAY(SELECT name FROM ours WHERE oid IS NOT NULL ORDER BY name),
        ARRAY(SELECT name FROM ours WHERE oid IS NULL ORDER BY name),
        ARRAY(
            SELECT format('%%s on %%s', privilege, name)
            FROM ours, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
            WHERE NOT has_table_privilege(oid, privilege) ORDER BY name, privilege
        ) || ARRAY(
            SELECT 'USAGE on audit_id_seq' FROM to_regclass('audit_id_seq') AS oid
            WHERE NOT has_sequence_privilege(oid, 'USAGE')
        ),
        coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
        current_setting('transaction_read_only')::boolean
"""
_IS_BEHIND = "SELECT coalesce(max(id), 0) > coalesce(pg_sequence_last_value('audit_id_seq'), 0) FROM audit"
CONTINUE_NUMBERS = "SELECT setval('audit_id_seq', (SELECT max(id) FROM audit))"
"""Repairs a copy of the tables without their sequences, as logical replication makes it."""


@dataclass(frozen=True, slots=True)
class Fitness:
    """The state of a database, as a role sees it.

    Args:
        tables: Those of gatewright's tables that exist.
        missing_tables: Those that do not.
        missing_rights: Privileges on them that the role lacks, as in ``INSERT on audit``.
        may_create: Whether the role may create tables.
        is_read_only: Whether writing is impossible: the server is a standby, or the role is read-only.
        is_behind: Whether the next line of the audit record would get a number that already exists.
    """

    tables: list[str]
    missing_tables: list[str]
    missing_rights: list[str]
    may_create: bool
    is_read_only: bool
    is_behind: bool


def look_at(connection: psycopg.Connection[Row]) -> Fitness:
    """Check what a database lacks."""
    from gatewright.storage.sql.tables import metadata

    row = connection.execute(_LACKS, {"tables": list(metadata.tables)}).fetchone()
    assert row is not None  # noqa: S101 # a SELECT without a table returns one row
    tables, missing_tables, missing_rights, may_create, is_read_only = row
    return Fitness(
        tables=tables,
        missing_tables=missing_tables,
        missing_rights=missing_rights,
        may_create=may_create,
        is_read_only=is_read_only,
        is_behind=not (missing_tables or missing_rights) and connection.execute(_IS_BEHIND).fetchone() == (True,),
    )
