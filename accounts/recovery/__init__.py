"""Ways back into an account, and taking it back from a person who got in."""
