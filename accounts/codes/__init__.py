"""One-time codes: derivation, sending, verification."""
