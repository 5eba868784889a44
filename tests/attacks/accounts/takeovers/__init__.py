"""The account of another person is taken, kept, or taken once more (T22, T23)."""
