"""Sessions: which exist, whose they are, and ending them."""
