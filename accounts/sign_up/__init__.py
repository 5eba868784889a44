"""Signing up and activating an account."""
