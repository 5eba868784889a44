"""Reading a file row by row, in several processes, and checking every cell."""
