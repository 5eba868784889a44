"""Marks of the keys with which this database was written."""

from django.db import models


class KeyCheck(models.Model):
    """A keyed hash of a fixed text by one key: it shows whether a key is the right one.

    ``name`` is the setting that holds the key, with the key's id for ``VAULT_KEYS``. A
    backup thus brings along which keys it needs.
    """

    name = models.CharField(max_length=300, unique=True)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name
