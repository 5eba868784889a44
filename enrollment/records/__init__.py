"""Acts on the records of the registry."""
