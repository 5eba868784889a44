"""Keys in links are as random as they are long."""

from django.apps import apps
from django.db.models import UUIDField

from accounts.models import ContactChange
from database.random_keys import random_key


def test_all_bits_of_a_key_are_random() -> None:
    always = never = random_key().int
    for _ in range(200):
        key = random_key().int
        always, never = always & key, never | key
    assert (always, never) == (0, 2**128 - 1)


def test_every_key_of_a_model_has_128_random_bits() -> None:
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, UUIDField) and field.has_default()
    ]
    assert ContactChange._meta.get_field("key") in fields
    assert [str(field) for field in fields if field.default is not random_key] == []
