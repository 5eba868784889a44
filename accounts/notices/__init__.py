"""Notices to people, in the portal, by e-mail and by text message."""
