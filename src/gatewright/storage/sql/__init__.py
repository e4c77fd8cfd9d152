"""The SQL store: our own tables through SQLAlchemy Core, hot statements compiled once."""

from gatewright.storage.sql.database import SQLiteDatabase as SQLiteDatabase
from gatewright.storage.sql.migrate import migrate as migrate
from gatewright.storage.sql.store import SQLStore as SQLStore
