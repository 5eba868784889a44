"""Identifiers of accounts: phone number, e-mail address, username."""
