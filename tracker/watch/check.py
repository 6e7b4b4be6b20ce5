"""The journey of one document: what a visit brought is recorded, read, compared and judged, in one transaction.

The visit itself is `tracker.watch.visiting`; nothing here talks to a server. What goes wrong with a page is recorded
and has a name; only mistakes of ours are exceptions, and even then the capture is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.fetch.outcome import Captured, NotModified
from tracker.model import Cause, Noise, Part, Record, record_id
from tracker.planning import doubtful_check, next_check, retry
from tracker.store.evidence import Outcome
from tracker.watch.capturing import capture_of
from tracker.watch.recording import Checked, Result, in_episode, reassessed, result_of, write_assessed
from tracker.watch.visiting import host_of, kept_validators

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.fetch import outcome as fetched
    from tracker.fetch.outcome import Failed
    from tracker.model import Change
    from tracker.store.documents import Watched
    from tracker.store.evidence import Capture
    from tracker.store.writing import Writing
    from tracker.watch.visiting import Visit
    from tracker.watch.watching import Assessed, Watching

LOUD = 3  # a change graded so is looked at again soon
_CUT = "cut: the connection just ended, so the page may not be whole"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a check is concluded, and the throw of the dice that goes with it."""

    now: datetime
    dice: float


def conclude(watching: Watching, watched: Watched, visit: Visit, moment: Moment) -> Checked:
    """Record what a visit brought and say what it means.

    Raises:
        StoreError: it could not be written; nothing of it was.
    """
    return _Check(watching, watched, visit, moment).concluded()


class _Check:
    """One check on its way."""

    def __init__(self, watching: Watching, watched: Watched, visit: Visit, moment: Moment) -> None:
        self.watching, self.watched, self.visit, self.moment = watching, watched, visit, moment
        self.service, self.document = watched.service, watched.document
        self.plan = watching.plan(watched.service, watched.document)
        self.regular = next_check(self.plan, moment.now, moment.dice)
        self.soon = doubtful_check(self.plan, moment.now)

    def concluded(self) -> Checked:
        """Choose the way on."""
        if self.visit.put_off is not None:
            return self._put_off(*self.visit.put_off)
        if (failure := self.visit.failure) is not None:
            return self._failed(failure)
        new = [one for one in self.visit.outcomes if isinstance(one, Captured)]
        if not new:
            return self._same(new)
        last = self.watching.store.last_record(self.service, self.document)
        if [one.sha256 for one in last] == [hashlib.sha256(one.body).hexdigest() for one in new]:
            return self._same(new)
        if self._is_cut(new):
            return self._cut(new)
        return self._new(new, upto=last[0].number if last else 0)

    # -- what nothing is made of -----------------------------------------------------------------------------------

    def _put_off(self, host: str, until: datetime) -> Checked:
        """Come again when the host may be asked."""
        with self.watching.store.writing() as writing:
            writing.delay(host, until)
            if host != self.watched.host:  # that of another page of the document
                writing.delay(self.watched.host or host, until)
        return self._told(Result.PUT_OFF, "its host wants to be left alone", next_check_at=until)

    def _failed(self, failure: Failed) -> Checked:
        since = self.watched.failing_since
        then = retry(self.plan, self.moment.now, since, self.moment.dice) if failure.transient else self.regular
        if failure.retry_after is not None:
            then = max(then, self.moment.now + failure.retry_after)
        why = f"{failure.kind}: {failure.detail}"
        part = len(self.visit.outcomes) - 1
        with self.watching.store.writing() as writing:
            writing.record_capture(self._capture(failure, part))
            self._checked(writing, then, failure=why)
            if failure.retry_after is not None:
                host = host_of(self.visit.errand.pages[part].url)
                writing.delay(host, self.moment.now + failure.retry_after)
        return self._told(Result.FAILED, why, next_check_at=then)

    def _same(self, new: list[Captured]) -> Checked:
        """Note that the bytes are those of the last record; where that one was short, it now is the text."""
        doubts = self._doubts()
        number, doubt = doubts[-1] if doubts else (0, None)  # a good page would have settled them
        is_confirmed = doubt is not None and doubt.startswith(f"{Noise.CAPTURE_LOSS}:")
        with self.watching.store.writing() as writing:
            for part, one in enumerate(self.visit.outcomes):
                writing.record_capture(self._capture(one, part))
            if is_confirmed:
                for earlier, _ in doubts[:-1]:
                    writing.settle(earlier, "passed over", self.moment.now)
                writing.settle(number, "confirmed", self.moment.now)
            self._checked(writing, self.regular, failure=None if is_confirmed else doubt, new=None if doubt else new)
        told = reassessed(self.watching, self.service, self.document, number, self.moment.now) if is_confirmed else None
        if told is not None:
            return replace(told, next_check_at=self.regular)
        if doubt is not None:
            return self._told(Result.SUSPECT, doubt, next_check_at=self.regular)
        return self._told(Result.UNCHANGED, next_check_at=self.regular)

    def _doubts(self) -> tuple[tuple[int, str], ...]:
        """Give the suspect pages nobody has settled; a document has none unless its last check failed."""
        if self.watched.failure is None:
            return ()
        return self.watching.store.suspects(self.service, self.document)

    def _is_cut(self, new: list[Captured]) -> bool:
        """Tell whether a page may lack its end; the same bytes twice in a row are taken for the whole."""
        if all(one.end_is_known for one in new):
            return False
        before = self.watching.store.last_captures(self.service, self.document, len(new))
        again = [one.sha256 for one in before if one.capture.note == _CUT]
        return again != [hashlib.sha256(one.body).hexdigest() for one in new]

    def _cut(self, new: list[Captured]) -> Checked:
        """Keep a page whose end nobody can know, as one that failed."""
        with self.watching.store.writing() as writing:
            for part, one in enumerate(new):
                writing.record_capture(replace(self._capture(one, part), outcome=Outcome.FAILED, note=_CUT))
            self._checked(writing, self.soon, failure=_CUT)
        return self._told(Result.FAILED, _CUT, next_check_at=self.soon)

    # -- what a version may be made of -----------------------------------------------------------------------------

    def _new(self, new: list[Captured], upto: int) -> Checked:
        """Read and judge a page, then write it, what was made of it and when it is due again: all or none."""
        watching = self.watching
        try:
            past = watching.past_of(self.service, self.document, upto)
            text_before = past.faces[0].text if past.faces else None
            found = in_episode(watching, watching.assessed(0, self._record(new), past))
        except Exception:  # raised again, whatever it is: evidence is not lost because we have a fault
            watching.forget(self.service, self.document)
            self._keep(new)
            raise
        try:
            return self._written(new, found, text_before)
        except BaseException:
            watching.forget(self.service, self.document)  # it knows a record that the archive does not have
            raise

    def _written(self, new: list[Captured], found: Assessed, text_before: str | None) -> Checked:
        change, made_by = found.change, self.watching.made_by(self.service, self.document)
        is_version = found.text is not None
        why = None if is_version else f"{change.noise}: {change.summary}"
        then = self.regular if is_version and change.significance < LOUD else self.soon
        change_id = None
        doubts = self._doubts()
        with self.watching.store.writing() as writing:
            number, *_ = [writing.record_capture(self._capture(one, part)) for part, one in enumerate(new)]
            if why:
                writing.suspect(number, why)
            for doubted, _ in doubts if is_version else ():
                writing.settle(doubted, "passed over", self.moment.now)
            if not is_version or found.text != text_before:  # to the letter the same: nothing to tell, not even noise
                change_id = write_assessed(writing, found._replace(number=number), made_by, is_live=True)
            self._checked(writing, then, failure=why, new=new if is_version else None)
        self.watching.known[self.service, self.document].number = number
        result = Result.UNCHANGED if change_id is None else result_of(found)
        return self._told(result, why or "", change_id, change, then)

    def _capture(self, one: fetched.Outcome, part: int) -> Capture:
        """Make the row of the log of one answer; all pages of a document have the moment of the first."""
        return capture_of(self.watched, one, part, self.visit.outcomes[0].started)

    def _record(self, new: list[Captured]) -> Record:
        """Make the record that the archive will give back."""
        captures = [self._capture(one, part) for part, one in enumerate(new)]
        first, digests = captures[0], [hashlib.sha256(one.body).hexdigest() for one in new]
        return Record(
            service=self.service,
            document=self.document,
            at=first.at,
            id=record_id(digests),
            source=first.url,
            format=first.format,
            body=new[0].body,
            recorded_as=Cause.CHANGE,
            charset=first.charset,
            more=tuple(
                Part(one.format, page.body, one.url, one.charset)
                for one, page in zip(captures[1:], new[1:], strict=True)
            ),
        )

    def _keep(self, new: list[Captured]) -> None:
        why = "a fault of the tracker: the page was kept and not read; `tracker rebuild` reads it"
        with self.watching.store.writing() as writing:
            for part, one in enumerate(new):
                writing.record_capture(self._capture(one, part))
            self._checked(writing, self.regular, failure=why)

    def _checked(
        self, writing: Writing, then: datetime, *, failure: str | None, new: list[Captured] | None = None
    ) -> None:
        """Note how the check went; what a doubtful page offers to be asked with is not kept."""
        is_304 = all(isinstance(one, NotModified) for one in self.visit.outcomes)
        kept: dict[str, str] | None = None if is_304 else {}
        if new and len(new) == 1:
            kept = kept_validators(self.visit.errand.pages[0], new[0])
        writing.checked(
            self.service,
            self.document,
            at=self.moment.now,
            next_check_at=then,
            failure=failure,
            validators=kept,
        )

    def _told(
        self,
        result: Result,
        why: str = "",
        change_id: int | None = None,
        change: Change | None = None,
        next_check_at: datetime | None = None,
    ) -> Checked:
        return Checked(self.service, self.document, self.moment.now, result, why, change_id, change, next_check_at)
