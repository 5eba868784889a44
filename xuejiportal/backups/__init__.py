"""Backups of database and files, checked and restored by commands."""
