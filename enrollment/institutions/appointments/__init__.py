"""Appointments of staff, in effect once the person accepts."""
