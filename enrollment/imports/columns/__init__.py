"""Which column of a file is which field, as a registrar says it."""
