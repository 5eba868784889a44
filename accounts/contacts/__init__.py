"""Contacts of an account: binding and changing them, and what a change leaves to undo."""
