"""Log formatters, and the number of a request."""
