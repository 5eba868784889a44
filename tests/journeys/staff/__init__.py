"""Journeys of staff."""
