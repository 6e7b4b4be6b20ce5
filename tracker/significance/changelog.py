"""The page's own changelog: what a document says of its changes, held against what changed.

A changelog is a section under a heading that announces one, with dated entries; or a "what changed" box. Many policies
have a heading "Changes to this policy" that only says how changes are announced: without dated entries it is none.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tracker.model import BlockKind, FactChange, JudgedClause, Reason
from tracker.significance.dates import DATE
from tracker.text.blocks import number_of
from tracker.text.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model import ClauseChange
    from tracker.text.blocks import Block
    from tracker.text.version import Version

NOTABLE = 2  # clauses of this significance and more are looked up
_QUOTED = 60  # code points of an entry quoted in a reason
_LONGEST_TITLE = 80
_BESIDE_A_DATE = 4  # words that a dated heading has beside its date
_LEAST_ENTRY = 3  # words behind the date of an entry
_LEAST_VALUE = 5  # code points of a fact that names its clause
_LEAST_WORD = 6  # letters of a heading of one word that names its clause

# Headings of a changelog, in the languages covered: what stands under them is a list of changes.
_LOG = re.compile(
    r"change ?-?logs?|what(?:'s| is| has)? (?:new|changed)\b.*|(?:revision|version|change|update|document) history"
    r"|history of (?:changes|revisions|updates|versions)|(?:recent|latest|past|key) (?:changes|updates|revisions)\b.*"
    r"|(?:summary|list|overview) of (?:\w+ )?(?:changes|updates|revisions)\b.*"
    r"|änderungs(?:historie|verlauf|protokoll|verzeichnis)|was (?:ist neu|hat sich geändert|sich ändert)\b.*|neuerungen"
    r"|historique des (?:modifications|versions|mises à jour)|journal des modifications|(?:quoi de neuf|nouveautés)\b.*"
    r"|historial de (?:cambios|versiones|actualizaciones)|registro de (?:cambios|alterações)|novedades"
    r"|qué ha cambiado.*"
    r"|registro delle modifiche|cronologia delle (?:modifiche|versioni)|novità|cosa è cambiato.*"
    r"|histórico de (?:alterações|versões|mudanças)|novidades|o que mudou.*"
    r"|история (?:изменений|версий|обновлений)|журнал изменений|что (?:нового|изменилось)\b.*"
)
# Headings that may stand over a changelog: only dated entries tell.
_MAYBE = re.compile(
    r"(?:changes|updates|amendments|modifications|revisions)\b.*|änderungen\b.*|aktualisierungen\b.*"
    r"|mises? à jour\b.*|cambios\b.*|actualizaciones\b.*|modifiche\b.*|aggiornamenti\b.*"
    r"|alterações\b.*|atualizações\b.*|изменения\b.*|обновления\b.*"
)
_STAMP = re.compile(
    r"\b(?:last|zuletzt|stand|dernière|última|ultimo|ultima|последн\w+)\b.*", re.IGNORECASE
)  # the date of the page, no entry
_SECTION = (
    r"(?:sections?|sec\.|clauses?|articles?|paragraphs?|parts?|§+|abschnitt\w*|ziffer|artikel|punkt|nr\.|nummer"
    r"|secci[oó]n|apartado|cl[aá]usula|art[ií]culo|sezione|articolo|punto|seç[aã]o|artigo|item"
    r"|раздел\w*|пункт\w*|стать\w*|п\.)"
)
# A number without a point is one of a clause behind a word for a section, or in a row of numbers with points.
_LEADS = rf"(?:{_SECTION}\s*|\d\.\d[\d.]*(?:\s*,\s*\d[\d.]*)*\s*(?:,|&|and|und|et|y|e|и)\s*)"
_WORD = re.compile(r"[^\W\d_]{2,}(?:[-'][^\W\d_]+)*")


class Changelog(NamedTuple):
    """The changelog of a version: the headings it stands under, and its entries."""

    headings: frozenset[str]
    entries: tuple[str, ...]


def cross_check(old: Version, new: Version, clauses: tuple[JudgedClause, ...]) -> tuple[JudgedClause, ...]:
    """Adds to notable clauses whether the page's own changelog newly mentions them; nothing where it keeps none."""
    if all(clause.verdict.significance < NOTABLE for clause in clauses):
        return clauses
    log = changelog_of(new)
    if log is None:
        return clauses
    earlier = changelog_of(old)
    fresh = Counter(log.entries) - Counter(earlier.entries if earlier else ())
    return tuple([_checked(clause, log, fresh) for clause in clauses])


def _checked(clause: JudgedClause, log: Changelog, fresh: Iterable[str]) -> JudgedClause:
    change, verdict = clause.change, clause.verdict
    if verdict.significance < NOTABLE or log.headings.intersection(change.path):
        return clause
    entry = next((entry for entry in fresh if _mentions(entry, clause)), None)
    if entry is None:
        reason = Reason("the page's own changelog does not mention this", 0.0, "changelog.silent")
    else:
        quoted = entry if len(entry) <= _QUOTED else entry[:_QUOTED].rsplit(" ", 1)[0] + " …"
        reason = Reason(f"the page's own changelog mentions this: “{quoted}”", 0.0, "changelog.mentions")
    return JudgedClause(change, replace(verdict, reasons=(*verdict.reasons, reason)))


# -- finding the changelog ---------------------------------------------------------------------------------------------


def changelog_of(version: Version) -> Changelog | None:
    """Finds the changelog of a version; None where it keeps none."""
    headings: list[str] = []
    entries: list[str] = []
    for title, blocks, is_log in _sections(version.blocks):
        found = list(_entries(blocks, is_log=is_log))
        if found:
            headings.append(title.printed)
            entries += found
    return Changelog(frozenset(headings), tuple(entries)) if entries else None


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[Block, Sequence[Block], bool]]:
    """Gives each section that may be a changelog: its heading, its blocks, and whether the heading says it is one."""
    k = 0
    while k < len(blocks):
        title = blocks[k]
        k += 1
        if title.kind is not BlockKind.HEADING or len(title.text) > _LONGEST_TITLE:
            continue
        words = fold(title.text).casefold().strip(" :")
        is_log = _LOG.fullmatch(words) is not None
        if not is_log and not _MAYBE.fullmatch(words):
            continue
        end = k
        while end < len(blocks) and not (blocks[end].kind is BlockKind.HEADING and blocks[end].level <= title.level):
            if _is_dated(blocks[end]) or blocks[end].kind is not BlockKind.HEADING or is_log:
                end += 1
            else:
                break
        yield title, blocks[k:end], is_log
        k = end


def _is_dated(block: Block) -> bool:
    """Tells whether a heading is the date of the entries under it."""
    found = DATE.search(block.full) if block.kind is BlockKind.HEADING else None
    if found is None or _STAMP.search(block.full):
        return False
    return len((block.full[: found.start()] + block.full[found.end() :]).split()) <= _BESIDE_A_DATE


def _entries(blocks: Sequence[Block], *, is_log: bool) -> Iterator[str]:
    under_date = False
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            under_date = _is_dated(block)
            continue
        date = DATE.match(block.full)
        begins = date is not None and len(block.full[date.end() :].split()) >= _LEAST_ENTRY
        if under_date or begins or (is_log and block.kind is not BlockKind.PARAGRAPH):
            yield block.full


# -- what an entry speaks of -------------------------------------------------------------------------------------------


def _mentions(entry: str, clause: JudgedClause) -> bool:
    """Tells whether an entry speaks of a clause: by its number, the words of its heading, or a fact."""
    words = fold(entry).casefold()
    change = clause.change
    return (
        any(_names_number(words, number) for number in (change.number, change.number_before) if number)
        or any(_names_heading(words, heading) for heading in _headings(change))
        or any(_names_value(words, value) for value in _values(clause))
    )


def _names_number(words: str, number: str) -> bool:
    """Tells whether an entry names a clause's number, or that of a section it belongs to.

    A number without a point ("8", "a") counts only where the words around it say that it is one of a clause.
    """
    parts = fold(number).casefold().removeprefix("§").strip(" ()").split(".")
    for length in range(len(parts), 0, -1):
        wanted = re.escape(".".join(parts[:length]))
        lead = _LEADS if length == 1 else r"(?<![\w.])"
        if re.search(rf"{lead}{wanted}(?![\w]|\.\w)", words):
            return True
    return False


def _headings(change: ClauseChange) -> Iterator[str]:
    """Gives the heading a clause stands under, without its number; a heading that changed names itself."""
    if change.block is BlockKind.HEADING:
        yield from (text for text in (change.before, change.after) if text)
    elif change.path:
        heading = change.path[-1]
        found = number_of(heading)
        yield heading[found[1] :] if found else heading


def _names_heading(words: str, heading: str) -> bool:
    """Tells whether an entry repeats a heading: as it stands, and not just a short word."""
    wanted = fold(heading).casefold().strip(" .:?!")
    if len(_WORD.findall(wanted)) < 2 and len(wanted) < _LEAST_WORD:
        return False
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", words) is not None


def _values(clause: JudgedClause) -> Iterator[str]:
    for fact in clause.verdict.facts:
        if fact.change is not FactChange.UNCHANGED:
            yield from (value for value in (fact.after, fact.before) if value)


def _names_value(words: str, value: str) -> bool:
    """Tells whether an entry repeats what a fact speaks of."""
    wanted = fold(value).casefold().strip(" .,;:")
    return len(wanted) >= _LEAST_VALUE and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", words) is not None
