"""Hooks into django-allauth, kept thin."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """The portal's account rules where they differ from allauth's."""
