"""Hooks into django-allauth, kept thin."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """The portal's account rules where they differ from allauth's."""

    def populate_username(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """A username is optional: none is invented (guide row 14)."""
