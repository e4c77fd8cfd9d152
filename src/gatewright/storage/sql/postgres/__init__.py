"""The store in PostgreSQL 14 or newer, through psycopg 3, blocking and asynchronous. Imported where a URL names one."""
