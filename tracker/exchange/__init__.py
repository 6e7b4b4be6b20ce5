"""History and evidence, in and out of the archive."""
