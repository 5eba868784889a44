"""Background work: one import at a time, its progress, its share of the machine."""
