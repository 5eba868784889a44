"""Pages of verification, one way a module."""
