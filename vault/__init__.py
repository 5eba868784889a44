"""Sealing and look-up hashes: the ground floor."""
