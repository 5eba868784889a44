"""Two accounts claim one identity (身份异议)."""
