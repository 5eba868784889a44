"""Signing in: by password, by code, with a second factor."""
