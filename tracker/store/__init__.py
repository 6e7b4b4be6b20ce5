"""The archive: what was fetched and what was made of it, in one SQLite file or a PostgreSQL database.

`open_store` in `store.py` is the door. Nothing here asks a clock, a server or the environment: moments, bodies
and addresses arrive as arguments.
"""
