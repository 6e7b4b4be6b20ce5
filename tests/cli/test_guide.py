from __future__ import annotations

import re

import click
import pytest
from commands import ROOT

from tracker.cli import COMMANDS, commands

GUIDE = (ROOT / "docs/guide.md").read_text(encoding="utf-8")


def options(command: click.Command) -> set[str]:
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def leaves(name: str) -> list[tuple[str, click.Command]]:
    command = commands.get_command(click.Context(commands), name)
    assert command
    if isinstance(command, click.Group):
        return [(f"{name} {sub}", leaf) for sub, leaf in command.commands.items()]
    return [(name, command)]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_guide_tells_every_command_with_every_option(name: str) -> None:
    for path, command in leaves(name):
        section = re.search(rf"tracker {path} .*?\n## ", GUIDE, re.DOTALL)
        assert section, path
        missing = {option for option in options(command) if option not in section[0]}
        assert missing == set(), path
