"""Proving to be the person of a record, and who is told of it."""
