"""Sessions: storing, listing and ending them."""
