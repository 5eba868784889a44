"""Contacts of an account: binding and changing them, and undoing a change."""
