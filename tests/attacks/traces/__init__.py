"""Attacks that leave or erase traces, or read what lies on disks."""
