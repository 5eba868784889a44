"""The audit trail: append-only entries of who read or changed what, in a hash chain."""
