"""The class board: how far everyone has come."""
