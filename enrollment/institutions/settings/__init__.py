"""Rules and campaigns of an institution."""
