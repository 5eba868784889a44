"""Accounts: user, roles, sign-up, sign-in, recovery, contacts, notices and privacy."""
