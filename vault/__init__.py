"""Encryption of stored values (sealing), look-up hashes, and the rotation of their keys."""
