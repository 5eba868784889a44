"""Storage back end for uploaded files."""
