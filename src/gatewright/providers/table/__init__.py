"""Users of a table of the application's, in any database that SQLAlchemy knows."""
