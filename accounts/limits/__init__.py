"""How often something may be tried, and by whom."""
