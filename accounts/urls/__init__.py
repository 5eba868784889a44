"""Addresses of the accounts app."""
