"""Whether the keys of this process are those with which the database was written.

A wrong key raises no error by itself: no record would be found, and new rows would be
sealed with a key that is in no safe. So a mark of each key in use is kept in the database
and compared when the portal starts, after a restore and before keys are changed.
"""

import hmac
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from vault.models import KeyCheck

LOOKUP, CODE, AUDIT, VAULT = "LOOKUP_KEY", "CODE_KEY", "AUDIT_KEY", "VAULT_KEYS "


def refuse_wrong_keys(*, restored: bool = False, rotates: bool = False) -> None:
    """Raise ImproperlyConfigured with one line for each wrong key.

    ``restored``: the code key may have been changed since the backup, whose codes are void.
    ``rotates``: the database may still be found by an earlier look-up key.
    """
    marks = dict(KeyCheck.objects.values_list("name", "digest"))
    wrong = list(_wrong_vault_keys(marks))
    lookups = [settings.LOOKUP_KEY, *(settings.EARLIER_LOOKUP_KEYS if rotates else [])]
    if not _fits(marks, LOOKUP, lookups):
        wrong.append(
            "LOOKUP_KEY is not the key by which this database is searched: no one would be "
            "found. Put the right key back. To change it, stop the portal, set "
            "LOOKUP_KEY=new,old and run: manage.py rotate_lookup"
        )
    if not restored and not _fits(marks, CODE, settings.CODE_KEYS):
        wrong.append(
            "CODE_KEY lacks the key of the codes that were sent. Put it behind the new one for "
            "a day: CODE_KEY=new,old. After a restore run: manage.py after_restore"
        )
    if not _fits(marks, AUDIT, [settings.AUDIT_KEY]):
        wrong.append(
            "AUDIT_KEY is not the key of this audit trail: the chain would break where it "
            "goes on, and hide a change. Put the right key back; it is never changed"
        )
    if wrong:
        raise ImproperlyConfigured("\n".join(wrong))


def has_marks() -> bool:
    """Whether marks of keys are kept; not before the first start."""
    return KeyCheck.objects.exists()


def record_keys() -> None:
    """Keep marks of the keys that this process writes with."""
    newest, key = next(iter(settings.VAULT_KEYS.items()))
    written = {
        LOOKUP: settings.LOOKUP_KEY,
        CODE: settings.CODE_KEYS[0],
        AUDIT: settings.AUDIT_KEY,
        VAULT + newest: key,
    }
    for name, present in written.items():
        digest = _digest(name, present)
        if not KeyCheck.objects.filter(name=name, digest=digest).exists():
            KeyCheck.objects.update_or_create(name=name, defaults={"digest": digest})


def forget_older_vault_keys() -> None:
    """Forget the marks of all vault keys but the newest: nothing is sealed with them now."""
    newest = next(iter(settings.VAULT_KEYS))
    older = KeyCheck.objects.filter(name__startswith=VAULT).exclude(name=VAULT + newest)
    older.delete()


def is_newest_vault_key_in_use() -> bool:
    """Whether a process has started with the newest vault key, or none ever left a mark."""
    marks = KeyCheck.objects.filter(name__startswith=VAULT)
    newest = next(iter(settings.VAULT_KEYS))
    return not marks.exists() or marks.filter(name=VAULT + newest).exists()


def _wrong_vault_keys(marks: dict[str, str]) -> Iterator[str]:
    for name in marks:
        key_id = name.removeprefix(VAULT)
        if key_id == name:
            continue
        if key_id not in settings.VAULT_KEYS:
            yield (
                f"VAULT_KEYS lacks the key '{key_id}', with which rows of this database are "
                f"sealed. Put it behind the newest one: VAULT_KEYS=new:...,{key_id}:... "
                "(manage.py rotate_vault makes it unneeded)"
            )
        elif not _fits(marks, name, [settings.VAULT_KEYS[key_id]]):
            yield (
                f"VAULT_KEYS has another key under the id '{key_id}' than the one with which "
                "rows of this database are sealed. Put the right one back; a new key needs an "
                "id of its own"
            )


def _fits(marks: dict[str, str], name: str, keys: Sequence[bytes]) -> bool:
    """Whether one of ``keys`` has the mark that is kept; True where none is kept."""
    mark = marks.get(name)
    return mark is None or any(hmac.compare_digest(_digest(name, key), mark) for key in keys)


def _digest(name: str, key: bytes) -> str:
    return hmac.digest(key, f"key-check:{name}".encode(), "sha256").hex()
