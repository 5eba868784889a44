"""Text messages: the provider interface and its implementations."""
