"""Tokens by which a school's own system imports."""
