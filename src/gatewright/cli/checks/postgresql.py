"""Checks of a PostgreSQL database, which only read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gatewright.cli.checks.finding import Finding, Status
from gatewright.cli.checks.revision import judge_revision
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.settings import Settings
from gatewright.storage.sql.migrate import HEAD, NAME_PRIMARY
from gatewright.system import SystemClock

if TYPE_CHECKING:
    from gatewright.storage.sql.postgres.database import PostgresDatabase, ServerFacts
    from gatewright.storage.sql.postgres.fitness import Fitness

_APART_SECONDS = 5.0
"""How far apart the clocks of this machine and of the server may be."""


def check_server(database: PostgresDatabase, settings: Settings) -> Iterator[Finding]:
    """Check that the server can be reached, that the role has its rights, and that limits and clock are right."""
    try:
        facts = database.facts()
        revision, fitness = database.revision(), database.fitness()
    except (ConfigurationError, StoreUnavailableError) as error:
        yield Finding("database", Status.UNSAFE, "The database cannot be used.", str(error))
        return
    yield Finding("database", Status.OK, f"{database.place} answers: PostgreSQL {facts.version}.")
    yield judge_revision(revision, fitness.tables)
    yield _check_fitness(fitness, revision)
    yield _check_pool(facts, settings)
    yield _check_clock(facts)
    if facts.is_pooled:
        finding = "There is a pooler in front of the server: statements are not prepared, and have no time-out."
        cure = "Set statement_timeout for the role: ALTER ROLE its_name SET statement_timeout = '10s'"
        yield Finding("pooler", Status.WARNING, finding, cure)


def _check_fitness(fitness: Fitness, revision: str | None) -> Finding:
    """Look for what a start would not notice, but the first visitor would."""
    # imports psycopg, which is loaded by now
    from gatewright.storage.sql.postgres.fitness import CONTINUE_NUMBERS, GRANT_CREATE, GRANT_TABLES

    if fitness.is_read_only:
        return Finding("rights", Status.UNSAFE, "It cannot be written: it is a standby, or read-only.", NAME_PRIMARY)
    if revision == HEAD and fitness.missing_tables:
        finding = f"Tables are missing: {', '.join(fitness.missing_tables)}."
        return Finding("rights", Status.UNSAFE, finding, "Restore the database from a backup.")
    if revision != HEAD and not fitness.may_create:
        cure = f"Run gatewright migrate as the owner of the tables, or: {GRANT_CREATE}"
        return Finding("rights", Status.UNSAFE, "The role may not create the tables.", cure)
    if revision is not None and fitness.missing_rights:
        finding = f"The role lacks rights: {', '.join(fitness.missing_rights):.300}."
        return Finding("rights", Status.UNSAFE, finding, GRANT_TABLES)
    if fitness.is_behind:
        finding = "The sequence audit_id_seq is behind the table audit, so nobody can sign in."
        return Finding("numbers", Status.UNSAFE, finding, CONTINUE_NUMBERS)
    return Finding("rights", Status.OK, "The role has the rights it needs.")


def _check_pool(facts: ServerFacts, settings: Settings) -> Finding:
    size = settings.database_pool_size
    if facts.is_pooled or size < facts.free_connections:
        room = "the pooler shares them out" if facts.is_pooled else f"the server allows {facts.free_connections}"
        return Finding("connections", Status.OK, f"A process opens up to {size} connections; {room}.")
    finding = f"A process may open {size} connections, but the server allows {facts.free_connections} in all."
    cure = (
        "Lower GATEWRIGHT_DATABASE_POOL_SIZE, raise the server's max_connections and the CONNECTION LIMIT of the role "
        "and the database, or put PgBouncer in front of the server."
    )
    return Finding("connections", Status.UNSAFE, finding, cure)


def _check_clock(facts: ServerFacts) -> Finding:
    apart = abs((SystemClock().now() - facts.now).total_seconds())
    if apart <= _APART_SECONDS:
        return Finding("clocks", Status.OK, "The clocks of this machine and of the database server agree.")
    finding = f"The clocks of this machine and of the database server are {apart:.0f} seconds apart."
    return Finding("clocks", Status.WARNING, finding, "Synchronise both with a time service such as chrony.")
