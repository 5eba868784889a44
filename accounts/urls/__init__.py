"""URLs of accounts."""
