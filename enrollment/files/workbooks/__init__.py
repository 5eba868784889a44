"""Spreadsheet files as the rows of text that they show."""
