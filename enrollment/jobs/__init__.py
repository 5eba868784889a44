"""Background jobs: the import lock, worker processes, database settings, progress."""
