"""Status reports that are used beyond their right, forged, or guessed at."""
