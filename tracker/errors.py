"""The one error tree. Each class says what its catcher can do about it.

    TrackerError                 any error of ours: tell the user its text and stop
    |-- UsageError               the call or the configuration is wrong: exit code 2
    |   `-- DeclarationError     a declaration cannot be read or used: names file, key and reason
    |-- SourceError              a history, file or folder cannot be read (to its end): exit code 1
    |-- StoreError               the archive cannot be opened, read or written, or something in it is broken
    |   |-- StoreLocked          another process writes to it: names its pid
    |   |-- StoreTooNew          a later tracker wrote it: upgrade the program
    |   `-- StoreFull            the disk is full: nothing was written, pause and make room
    `-- ExtractionError          one page gave no text: an outcome for that record, not for the run
        |-- EmptyPage            there is no page, or no word in what the declaration chose of it
        |-- NoMatch              the selectors found nothing in the page
        `-- UnreadablePage       the bytes are not text, or not a page

What is expected in daily life (a wall, an empty page, a host that does not answer) is a value, not an error.
"""


class TrackerError(Exception):
    """Something went wrong that the user should read about; the message says what, where and what to do."""


class UsageError(TrackerError):
    """The call or the configuration is wrong; nothing was done."""


class DeclarationError(UsageError):
    """A declaration cannot be read or used."""


class SourceError(TrackerError):
    """A source of history cannot be read, or not to its end."""


class StoreError(TrackerError):
    """The archive cannot be opened, read or written, or something in it is broken."""


class StoreLocked(StoreError):
    """Another process writes to the archive."""

    def __init__(self, message: str, pid: int | None) -> None:
        super().__init__(message)
        self.pid = pid


class StoreTooNew(StoreError):
    """The archive was written by a later version of the tracker than this one."""


class StoreFull(StoreError):
    """There is no room left on the disk of the archive; what was begun is undone."""


class ExtractionError(TrackerError):
    """One page gave no text."""


class EmptyPage(ExtractionError):
    """There are no bytes, or no words in the part of the page that the declaration chose."""


class NoMatch(ExtractionError):
    """No selector of the declaration matched anything in the page."""

    def __init__(self, selectors: str) -> None:
        super().__init__(f"nothing in the page matches {selectors}: the declaration needs care")
        self.selectors = selectors


class UnreadablePage(ExtractionError):
    """The bytes are not the text or page they should be."""
