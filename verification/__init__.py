"""Proving that an account is a registered person: matching, claims, disputes."""
