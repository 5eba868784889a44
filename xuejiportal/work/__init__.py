"""The work of staff: what waits for each person, the page of today, the menu with its numbers."""
