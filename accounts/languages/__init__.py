"""The language in which an account is addressed."""
