"""The SQL store: our own tables, statements built in SQLAlchemy Core and compiled beforehand for each database."""

from gatewright.storage.sql.database import Database as Database
from gatewright.storage.sql.migrate import migrate as migrate
from gatewright.storage.sql.sqlite.database import SQLiteDatabase as SQLiteDatabase
from gatewright.storage.sql.store import SQLStore as SQLStore
