"""Corrections of single fields, which for locked fields the province approves."""
