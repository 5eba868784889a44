"""Addresses of the enrollment app, by who uses them."""
