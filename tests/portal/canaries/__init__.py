"""Invented people whose data must be found nowhere."""
