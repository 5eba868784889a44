"""Redeemed proofs of work; each is valid for one request."""

from django.db import models


class RedeemedProof(models.Model):
    """The signature of a solved challenge, kept until the challenge expires."""

    signature = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="proof_expiry")]

    def __str__(self) -> str:
        return f"proof {self.signature[:8]}"
