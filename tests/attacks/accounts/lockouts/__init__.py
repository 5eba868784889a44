"""The owner of an account is refused because of what others have done (T27)."""
