"""History in and out: what a source of records is, and one module for each kind of source."""
