"""One-time codes: made, sent, checked."""
