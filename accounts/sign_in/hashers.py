"""The password hasher."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with the OWASP parameters: 19 MiB, two passes, one lane.

    Django's default (100 MiB, eight lanes) costs six times as much per sign-in, and exhausts the
    memory of a small server on the busiest morning.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
