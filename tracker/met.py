"""What a replay met on its way: the count of everything, and the documents that gave nothing to compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.digest.tally import Tally
from tracker.errors import SourceError
from tracker.model import Noise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.replay import Played
    from tracker.text.declaration import ServiceDeclaration


@dataclass(slots=True)
class Met:
    """Counts documents as they pass.

    A document is expected to give a version when it is declared or named in the call; a page nobody declared
    is merely counted, as long as others give something.
    """

    declared: Mapping[str, ServiceDeclaration]
    is_named: bool
    tally: Tally = field(default_factory=Tally)
    documents: int = 0
    barren: list[str] = field(default_factory=list)  # expected to give a version
    undeclared: list[str] = field(default_factory=list)

    def counted(self, played: Iterable[Played]) -> Iterator[Played]:
        """Pass documents on and count what they hold."""
        for one in played:
            self.documents += 1
            self.tally.add(one.tally)
            if not one.tally.versions:
                self._without_version(one)
            yield one

    def _without_version(self, played: Played) -> None:
        service = self.declared.get(played.line.service)
        is_declared = service is not None and service.document(played.line.document) is not None
        told = f"{played.line.service} {played.line.document} ({played.tally.outcomes()})"
        if not is_declared and played.tally.noise[Noise.NO_SELECTOR]:
            self.undeclared.append(told)
        else:
            self.barren.append(told)

    def sentence(self) -> str:
        """Tell the whole count in one line."""
        return self.tally.sentence(self.documents)

    def remarks(self) -> tuple[str, ...]:
        """Tell what else there is to know."""
        if not self.undeclared:
            return ()
        return (f"no declaration of {', '.join(self.undeclared)}: pages of these were not read",)

    def fail_without_version(self, source: str) -> None:
        """Raise SourceError where a document that should have given a version gave none."""
        failed = self.barren + (self.undeclared if self.is_named or not self.tally.versions else [])
        if failed:
            raise SourceError(
                f"{source}: no record gave a version of {', '.join(failed)}; "
                "check the declaration: its selectors may match nothing"
            )
