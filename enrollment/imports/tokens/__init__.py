"""API tokens for imports by the systems of a school."""
