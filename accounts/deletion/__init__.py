"""Deleting an account: asked for, waited for, done."""
