"""Recovery of an account by its owner, also from an intruder."""
