"""What a check found, told alike to browser, command line and API."""
