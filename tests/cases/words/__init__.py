"""Words, names, titles, numbers and codes as people write them."""
