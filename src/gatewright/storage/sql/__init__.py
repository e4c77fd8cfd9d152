"""The SQL store: gatewright's tables, with statements built in SQLAlchemy Core and precompiled for each database."""

from gatewright.storage.sql.database import Database as Database
from gatewright.storage.sql.migrate import migrate as migrate
from gatewright.storage.sql.sqlite.database import SQLiteDatabase as SQLiteDatabase
from gatewright.storage.sql.store import SQLStore as SQLStore
