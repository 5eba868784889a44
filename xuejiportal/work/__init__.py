"""The work of staff: what waits for somebody, the page of today, the menu with its numbers."""
