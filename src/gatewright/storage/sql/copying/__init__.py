"""Copy an installation from SQLite into PostgreSQL. Imported on demand."""

from gatewright.storage.sql.copying.copy import CopiedTable as CopiedTable
from gatewright.storage.sql.copying.copy import Watch as Watch
from gatewright.storage.sql.copying.copy import copy_installation as copy_installation
