"""Attacks across schools, and by staff on their own."""
