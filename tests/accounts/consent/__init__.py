"""Consent to the privacy notices."""
