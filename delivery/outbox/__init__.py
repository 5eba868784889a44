"""The outbox: the content of messages, their states, and sending them."""
