"""Reading and writing the files that people hand in or take away."""
