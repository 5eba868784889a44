"""Records that reach the hands of another person, or are read from another school."""
