"""Copy an installation from SQLite into PostgreSQL. Imported where somebody asks for it."""

from gatewright.storage.sql.copying.copy import CopiedTable as CopiedTable
from gatewright.storage.sql.copying.copy import Watch as Watch
from gatewright.storage.sql.copying.copy import copy_installation as copy_installation
