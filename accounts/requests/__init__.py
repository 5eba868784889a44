"""The client of a request: its address and network; and the page to go on to."""
