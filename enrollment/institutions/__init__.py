"""Institutions, their classes and who works for them."""
