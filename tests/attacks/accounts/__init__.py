"""Attacks on accounts, their sessions and their ways in."""
