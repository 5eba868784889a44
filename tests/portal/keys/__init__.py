"""Keys of the portal that are changed for new ones."""
