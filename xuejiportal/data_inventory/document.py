"""The inventory as a Markdown document."""

from collections.abc import Iterator

from xuejiportal.data_inventory.coverage import ENTRIES, OUTSIDE
from xuejiportal.data_inventory.entries import Entry, Outside, name_of

HEAD = """\
# Personal data: what is kept, why, how long, who sees it

Made by `manage.py data_inventory` from the declarations in `xuejiportal/data_inventory/` and \
the constants of the code; `make data-inventory` writes this file, a test fails when it is stale. \
On an installation the command prints the figures of its settings.

Every table also holds ids, links, moments, yes/no and codes of fixed lists; where a row belongs \
to a person they are that person's data, and go with the row. **!** marks what is treated as \
sensitive personal information (PIPL article 28). *Sealed*: AES-256-GCM with `VAULT_KEYS`, each \
value bound to its row. *Keyed hash*: HMAC with a key outside the database. *Slow hash*: Django's \
password hasher. *Half hidden*: the middle is left out. *Clear*: readable in the database.
"""


def document() -> str:
    """The whole inventory as Markdown, as ``docs/data-inventory.md`` holds it."""
    return "\n".join([HEAD, *_tables(), *_outside()])


def _tables() -> Iterator[str]:
    by_model: dict[str, list[Entry]] = {}
    for entry in ENTRIES:
        by_model.setdefault(entry.model, []).append(entry)
    for model, entries in by_model.items():
        yield f"## {model}"
        for entry in entries:
            yield from _part(entry)


def _part(entry: Entry) -> Iterator[str]:
    yield _shared(entry)
    yield "| Column | What | Protection |"
    yield "|---|---|---|"
    for column, what in entry.columns.items():
        mark = " **!**" if column in entry.sensitive else ""
        yield f"| `{column}`{mark} | {what} | {entry.protection(column)} |"
    yield ""


def _outside() -> Iterator[str]:
    yield "## Outside the tables above"
    for place in OUTSIDE:
        mark = " **!**" if place.sensitive else ""
        yield f"**{place.where}**{mark}: {place.what} ({place.protection}).\n\n{_shared(place)}"


def _shared(of: Entry | Outside) -> str:
    """Purpose, retention, removal and readers, as list items."""
    acts = ", ".join(f"`{name_of(act)}`" for act in of.kept.by)
    told = {"Why": of.why, "Kept": of.kept.how_long, "Removed by": acts, "Seen by": of.seen_by}
    return "".join(f"- {name}: {text}\n" for name, text in told.items() if text)
