"""Pages of the registry, one kind of reader a module."""
