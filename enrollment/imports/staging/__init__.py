"""The checked rows in staging tables: compared with the registry, published, undone."""
