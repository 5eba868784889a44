"""The invented school that a fresh portal shows."""
