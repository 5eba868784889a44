"""Read spreadsheet files as rows of displayed text."""
