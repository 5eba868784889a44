"""The operator's console: Django's admin, read-only and without personal data."""
