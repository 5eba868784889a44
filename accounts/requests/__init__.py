"""What a request tells about its client, and the page to go on to."""
