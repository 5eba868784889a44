"""What attackers want, and that they do not get it."""
