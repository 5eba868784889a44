"""Files of every kind: how they are read, and what is told of them."""
