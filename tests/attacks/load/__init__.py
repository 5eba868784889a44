"""Requests and files that cost the portal more than they may."""
