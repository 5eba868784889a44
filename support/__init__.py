"""Help, problem reports, the class board and digests."""
