"""The class board: the progress of every student of a class."""
