"""The language of messages to an account."""
