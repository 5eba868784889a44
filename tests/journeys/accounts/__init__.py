"""Journeys of people with an account: coming in, proving, deleting."""
