"""Embedded servers and a process runner for development and tests; not installed in production."""
