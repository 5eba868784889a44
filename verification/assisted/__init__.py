"""Help face to face, by a member of staff."""
