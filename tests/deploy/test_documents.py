"""The page for production: the same commands in both languages, and files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {"deploy/.env", "deploy/tls"}  # by the commands themselves
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands(name: str) -> list[str]:
    return BLOCK.findall((ROOT / "deploy" / name).read_text(encoding="utf-8"))


def test_both_languages_give_the_same_commands() -> None:
    assert len(commands("README.md")) > 5
    assert commands("README.md") == commands("README.zh-Hans.md")


def test_the_files_that_the_commands_copy_are_there() -> None:
    text = "\n".join(commands("README.md"))
    named = re.findall(r"(?<![\w/])((?:deploy|tests)/[\w./*-]+)", text)
    assert {"deploy/portal", "deploy/new-settings", "deploy/nginx.conf"} <= {*named}
    for name in {*named} - MADE:
        assert list(ROOT.glob(name)), name


def test_a_command_that_asks_is_the_last_of_its_block() -> None:
    for block in commands("README.md"):
        for line in block.splitlines()[:-1]:  # what is pasted after it would be its answer
            assert "createsuperuser" not in line, block
            assert "EDITOR" not in line, block
