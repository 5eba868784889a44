"""Deletion of an account: request, cooling period, erasure."""
