"""Auditors' pages for the audit trail and the sign-ins."""
