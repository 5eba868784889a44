"""Face-to-face help: staff open a record or recover an account for a student who is present."""
