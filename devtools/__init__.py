"""Servers and processes for development and tests; production never installs this."""
