"""Export of filtered records."""
