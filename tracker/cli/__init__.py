"""The command line: reads the call, asks the verbs, prints. Decisions live below.

What goes wrong is one line on stderr and an exit code: 1 where something failed, 2 where the call is wrong.
"""

from __future__ import annotations

import importlib
import keyword
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from tracker import __version__
from tracker.errors import TrackerError, UsageError

if TYPE_CHECKING:
    from types import FrameType

# Each command stands in a module of its own, which is imported when it is called: `--help` stays quick.
COMMANDS = {
    "init": "Write the configuration, seeds and sample pages into a folder.",
    "add": "Declare a page that is to be watched.",
    "try": "Show what would be taken of a page, and whether it stays the same.",
    "seeds": "Check declarations without asking anybody.",
    "check": "Ask for pages now, and record what changed.",
    "run": "Watch: check, gather coverage and send digests, until told to stop.",
    "status": "Tell what is watched and how it fares.",
    "replay": "Tell what changed over a stored history, clause by clause.",
    "history": "Tell the life of a clause through all versions of a document.",
    "diff": "Compare two versions of a text, clause by clause.",
    "show": "Show one change of the archive.",
    "log": "List what was asked for and what came of it.",
    "coverage": "Tell which changes a news article explains.",
    "digest": "Show what a subscription is told of the changes since a moment.",
    "deliveries": "List the messages that wait and those that were given up.",
    "test-channel": "Send a message that says it is a test, and report each step.",
    "import": "Take history from elsewhere into the archive.",
    "export": "Write history out of the archive.",
    "rebuild": "Read stored snapshots anew, and tell nobody.",
    "verify": "Check the chain of captures, every body and the time-stamps.",
    "backup": "Write the whole archive into one file.",
    "restore": "Make the archive what a backup holds.",
}


class Commands(click.Group):
    """The commands, imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = importlib.import_module(f"tracker.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tracker", message="%(prog)s %(version)s")
def commands() -> None:
    """Watch terms, privacy policies and FAQs: what changed, why it matters, who reported it.

    \b
    Examples:
      tracker init my-archive
      tracker replay my-archive/snapshots
      tracker diff old.html new.html --select "main"
    """


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _end_tidily_on_signals()
    sys.exit(exit_code_of(sys.argv[1:]))


def exit_code_of(arguments: list[str]) -> int:
    """Run one command; gives the exit code and leaves its errors on stderr, one line each."""
    try:
        code = _invoked(arguments)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        code = 2
    except (click.ClickException, UsageError) as wrong:
        code = _failed(_told(wrong), 2)
    except TrackerError as failed:
        code = _failed(str(failed), 1)
    except (click.Abort, KeyboardInterrupt):
        code = _failed("interrupted", 130)
    except BrokenPipeError:
        _leave_stdout()
        code = 0
    except OSError as failed:
        _leave_stdout()
        code = _failed(str(failed), 1)
    return code if isinstance(code, int) else 0


def _invoked(arguments: list[str]) -> object:
    """Run a command; click's own `main` would answer a reader that left with an exit code of its own."""
    if "_TRACKER_COMPLETE" in os.environ:
        return commands.main(arguments, "tracker")
    try:
        with commands.make_context("tracker", arguments) as context:
            return commands.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code


def _told(wrong: click.ClickException | UsageError) -> str:
    """Tell a mistake in the call, and where help is."""
    if isinstance(wrong, UsageError):
        return str(wrong)
    message = wrong.format_message()
    if isinstance(wrong, click.UsageError) and wrong.ctx is not None:
        return f"{message} (see: {wrong.ctx.command_path} --help)"
    return message


def _failed(message: str, code: int) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"tracker: {line}\n".encode(errors="backslashreplace").decode())
    return code


def _leave_stdout() -> None:
    """Write nothing more to an output that takes nothing more, at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_tidily_on_signals() -> None:
    """Turn signals that end a process into an exit that passes every `finally`: no file stays behind."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
