"""The pure middle of the journey: a record and what is known of its document in, a judged change out.

Live checks and replay both go through `assess`. It keeps no clock and reads nothing; `Past` is all it remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tracker.diff.changes import changes
from tracker.diff.compare import compare
from tracker.errors import EmptyPage, ExtractionError, NoMatch
from tracker.model import Cause, Change, ClauseChange, JudgedClause, Noise, Part, Record, VersionRef
from tracker.past import Face, Past, Seen, Told
from tracker.significance.changelog import cross_check
from tracker.significance.judge import Setting, judge
from tracker.significance.sanity import suspect
from tracker.significance.standing import Standing
from tracker.significance.summary import summarise
from tracker.text.extract import extract_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.diff.compare import Comparison
    from tracker.significance.rules import Rules
    from tracker.text.declaration import Page

__all__ = ["Past", "Reading", "assess"]

Reading = Callable[[Record, "Sequence[Page]"], str]


class Finding(NamedTuple):
    """What there is to say of a record, before it is made into a change."""

    cause: Cause
    noise: Noise | None
    language: str | None = None
    clauses: tuple[JudgedClause, ...] = ()
    base: Face | None = None  # what the text was compared with
    silent: bool | None = None
    returns_to: str | None = None
    undoes: str | None = None
    flapping: bool = False


def assess(
    record: Record,
    past: Past,
    pages: Sequence[Page],
    rules: Rules,
    *,
    read: Reading = extract_record,
    full: bool = False,
    on_comparison: Callable[[Comparison, tuple[JudgedClause, ...]], None] = lambda *_: None,
) -> Change:
    """Says what a record changes; `past` then knows the record.

    Args:
        record: What was stored, bytes and all.
        past: What is known of the document; it is brought up to date.
        pages: What of each HTML page is the document; none takes all of it.
        rules: What the judge goes by.
        read: What gives the canonical text of a record; another process may, where pages are not trusted.
        full: Compare returns to an earlier text clause by clause too.
        on_comparison: Hears which clause became which, where the record brought a text never seen before.

    Raises:
        DeclarationError: the declaration asks for what cannot be done.
    """
    assessor = _Assessor(record, past, rules, full, on_comparison)
    change = assessor.change_of(assessor.find(pages, read))
    past.last = change.after
    return change


class _Assessor:
    """One record on its way."""

    def __init__(
        self,
        record: Record,
        past: Past,
        rules: Rules,
        full: bool,
        on_comparison: Callable[[Comparison, tuple[JudgedClause, ...]], None],
    ) -> None:
        self.record = record
        self.past = past
        self.rules = rules
        self.full = full
        self.on_comparison = on_comparison
        self.after = VersionRef(record.at, record.id, record.source)

    def find(self, pages: Sequence[Page], read: Reading) -> Finding:
        """Finds what the record is: a return, a page that is no version, or a text to compare."""
        seen = self.past.ids.get(self.record.id)
        if seen and not seen.good and self.record.is_trusted:
            seen = None
        if seen and not seen.good:
            return Finding(Cause.VARIANT, Noise.VARIANT, returns_to=seen.id)
        try:
            text = read(self.record, pages)
        except ExtractionError as error:
            self.past.ids[self.record.id] = Seen(self.record.id, good=False)
            return Finding(Cause.CHANGE, _outcome(error))
        if seen:
            return self._return(seen.id, self._known_face(seen.id, text))
        face = Face(self.after, text, self.past.shelf)
        doubt = self._doubt_of_parts(pages, read)
        if self.past.faces and not doubt:
            return self._compared(face)
        if not self.record.is_trusted:
            doubt = doubt or suspect(text, None, language=face.language)
        if doubt:
            self.past.ids[self.record.id] = Seen(self.record.id, good=False)
            return Finding(Cause.CHANGE, doubt, face.language)
        self._remember(face)
        return Finding(Cause.CHANGE, None if self.past.last is None else Noise.CAPTURE_LOSS, face.language)

    def _doubt_of_parts(self, pages: Sequence[Page], read: Reading) -> Noise | None:
        """Says why one of several pages is none of the document; beside the others it would not be noticed."""
        record = self.record
        if not record.more or record.is_trusted:
            return None
        parts = (Part(record.format, record.body, charset=record.charset), *record.more)
        for number, part in enumerate(parts):
            alone = replace(record, format=part.format, body=part.body, charset=part.charset, more=())
            if doubt := suspect(read(alone, pages[number : number + 1]), None):
                return doubt
        return None

    def _compared(self, face: Face) -> Finding:
        """Compares a text never seen before with the good text it belongs to, unless it is no version."""
        base = self.past.face_of(face)
        doubt = suspect(face.text, base.text, language=face.language, last_language=base.language)
        if doubt is Noise.LANGUAGE:
            self._remember(face)
            return Finding(Cause.CHANGE, doubt, face.language)
        if doubt and not self.record.is_trusted and not self._is_confirmed(face, doubt):
            self.past.ids[self.record.id] = Seen(self.record.id, good=False)
            self.past.doubt = face
            return Finding(Cause.CHANGE, doubt, face.language)
        first = self.past.digests.get(face.version.digest)
        if first is not None and face.version.digest != base.version.digest:
            return self._return(first, face)
        comparison = compare(base.version, face.version)
        difference = changes(comparison)
        clauses = cross_check(base.version, face.version, self._judge(difference.clauses, base, face))
        self.on_comparison(comparison, clauses)
        self._remember(face)
        noise = _quiet(clauses) if clauses else difference.quiet or Noise.MARKUP
        return Finding(Cause.CHANGE, noise, face.language, clauses, base, None if noise else _silent(base, face))

    def _is_confirmed(self, face: Face, doubt: Noise) -> bool:
        """Tells whether the record before already looked like this: then it is no accident of one capture."""
        other = self.past.doubt
        if doubt in (Noise.WALL, Noise.EMPTY) or other is None or self.past.last != other.ref:
            return False
        if suspect(face.text, None, language=face.language):
            return False  # it is no text at all, however often it comes
        return suspect(face.text, other.text, language=face.language, last_language=other.language) is None

    def _return(self, first: str, face: Face) -> Finding:
        """Notes that a text seen before is back."""
        clauses: tuple[JudgedClause, ...] = ()
        if self.full and self.past.faces:
            base = self.past.faces[0]
            clauses = self._judge(changes(compare(base.version, face.version)).clauses, base, face)
        self.past.ids.setdefault(self.record.id, Seen(first, good=True))
        undone = self.past.take_back(self._first_of(face, first)) if self.past.told else None
        self.past.bring_forward(face)
        flapping = self.past.flapping_at(self.record.at)
        return Finding(
            Cause.VARIANT,
            Noise.VARIANT,
            face.language,
            clauses,
            returns_to=first,
            undoes=None if flapping else undone,
            flapping=flapping,
        )

    def _first_of(self, face: Face, known: str) -> str:
        """Names a text by the first record that had its words, whatever was around them."""
        return self.past.digests.get(face.version.digest, known)

    def _known_face(self, first: str, text: str) -> Face:
        """The face with a text seen before: as it was read then, where it is still at hand."""
        for face in self.past.faces:
            if face.ref.id == first or face.text == text:
                return face
        return Face(self.after, text, self.past.shelf)

    def _judge(self, found: Iterable[ClauseChange], base: Face, face: Face) -> tuple[JudgedClause, ...]:
        setting = Setting(
            self.record.service,
            self.record.document,
            face.language,
            lambda words: self.past.stood(words, self.record.at),
            Standing(base.version),
            Standing(face.version),
        )
        return tuple([JudgedClause(change, judge(change, setting, self.rules)) for change in found])

    def _remember(self, face: Face) -> None:
        self.past.ids[self.record.id] = Seen(self.record.id, good=True)
        self.past.digests.setdefault(face.version.digest, self.record.id)
        self.past.note_clauses(face.version, self.record.at)
        self.past.bring_forward(face)

    def change_of(self, finding: Finding) -> Change:
        """Makes the change that is printed, stored and sent."""
        before = self.past.last
        cause, noise = finding.cause, finding.noise
        if before is None:
            cause = Cause.FIRST_RECORD
        elif self.record.recorded_as is Cause.TECHNICAL_UPGRADE:
            cause, noise = Cause.TECHNICAL_UPGRADE, Noise.UPGRADE
        significance = 0 if noise or before is None else max(c.verdict.significance for c in finding.clauses)
        if significance >= 2 and finding.base:
            before_it = self._first_of(finding.base, finding.base.ref.id)
            self.past.told.append(Told(before_it, self.record.id))
        compared = finding.base.ref.id if finding.base else None
        return Change(
            service=self.record.service,
            document=self.record.document,
            cause=cause,
            before=before,
            after=self.after,
            significance=significance,
            noise=noise,
            summary=summarise(
                self.record.service,
                self.record.document,
                finding.clauses,
                cause=cause,
                noise=noise,
                language=finding.language,
            ),
            silent=finding.silent,
            language=finding.language,
            clauses=finding.clauses,
            compared_with=compared if before and compared != before.id else None,
            returns_to=finding.returns_to,
            undoes=finding.undoes,
            flapping=finding.flapping,
        )


def _outcome(error: ExtractionError) -> Noise:
    if isinstance(error, NoMatch):
        return Noise.NO_SELECTOR
    return Noise.EMPTY if isinstance(error, EmptyPage) else Noise.CAPTURE_LOSS


_QUIET_ORDER = (Noise.DATES, Noise.LINKS, Noise.ORDER, Noise.MARKUP, Noise.COSMETIC)


def _quiet(clauses: Sequence[JudgedClause]) -> Noise | None:
    """Names the noise of a change none of whose clauses says anything: the kind that most of them are."""
    if any(c.verdict.significance for c in clauses):
        return None
    kinds = [c.verdict.noise for c in clauses]
    return max(_QUIET_ORDER, key=lambda kind: (kinds.count(kind), -_QUIET_ORDER.index(kind)))


def _silent(old: Face, new: Face) -> bool | None:
    """Tells whether words changed though the date the page gives itself did not; None where it gives none."""
    return None if new.stamp is None else old.stamp == new.stamp
