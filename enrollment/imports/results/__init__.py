"""Results of a check, presented equally in browser, command line and API."""
