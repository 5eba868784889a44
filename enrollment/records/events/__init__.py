"""学籍异动: events that change a record after its creation."""
