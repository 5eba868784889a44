"""Records that a file does not mention, and what a registrar decides about them."""
