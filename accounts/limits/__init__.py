"""Rate limits, the block list, sign-in attempts, proof of work, known devices."""
