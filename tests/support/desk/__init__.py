"""The work of staff with problem reports."""
