"""Filters of the support pages."""
