"""Starts commands quickly: a process that has everything imported forks one child for each call.

A call is a process of its own as always, with its own folder, environment, outputs and exit code; what it is spared is
half a second of imports. Run as a script, it reads a call a line and answers with the exit code.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import traceback


def born(call: dict[str, object]) -> None:
    """Become the command: what happens after `python -m tracker` has imported itself."""
    os.chdir(str(call["cwd"]))
    os.environ.clear()
    os.environ.update(call["environment"])  # type: ignore[call-overload]  # names and values, as the caller wrote them
    for number, path in enumerate((os.devnull, call["stdout"], call["stderr"])):
        opened = os.open(str(path), os.O_RDWR if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  the old one has read ahead
    sys.argv = ["tracker", *call["arguments"]]  # type: ignore[misc]
    from tracker.cli import main  # noqa: PLC0415

    main()


def main() -> None:
    """Answer calls until nobody calls any more."""
    from tracker.cli import COMMANDS, commands  # noqa: PLC0415

    for name in COMMANDS:
        commands.get_command(None, name)  # type: ignore[arg-type]  # it asks nothing of its context
    for name in ("alembic.command", "alembic.config", "rich.console", "rich.text", "tracker.digest.terminal"):
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 1
            try:
                born(json.loads(line))
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            except BaseException:  # noqa: BLE001  what a process would print as it dies
                traceback.print_exc()
            finally:
                with contextlib.suppress(BaseException):
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
