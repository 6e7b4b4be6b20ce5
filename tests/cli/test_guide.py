from __future__ import annotations

import click
import pytest
from commands import ROOT

from tracker.cli import COMMANDS, commands

SECTIONS = [
    section
    for file in sorted((ROOT / "docs").glob("*.md"))
    for section in file.read_text(encoding="utf-8").split("\n## ")
]


def options(command: click.Command) -> set[str]:
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def leaves(name: str) -> list[tuple[str, click.Command]]:
    command = commands.get_command(click.Context(commands), name)
    assert command
    if isinstance(command, click.Group):
        return [(f"{name} {sub}", leaf) for sub, leaf in command.commands.items()]
    return [(name, command)]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_docs_tell_every_command_with_every_option(name: str) -> None:
    for path, command in leaves(name):
        told = [section for section in SECTIONS if f"tracker {path} " in section]
        missing = [{option for option in options(command) if option not in section} for section in told]
        assert min(missing, key=len, default={path}) == set(), path
