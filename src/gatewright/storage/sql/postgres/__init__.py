"""The store in PostgreSQL 14 or newer, through psycopg 3, blocking and asynchronous. Imported on demand."""
