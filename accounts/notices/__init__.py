"""Notices to people: in the portal, by e-mail and text message."""
