"""Photographs of students: their files, names and storage."""
