"""Sending: e-mail and SMS through one outbox table."""
