"""Requests to any page: headers, errors, caches, addresses."""
