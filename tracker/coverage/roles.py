"""Which of its candidates an article is shown beside, in what role: few links, none without a ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.coverage.candidates import Candidate
    from tracker.coverage.reading import Reading
    from tracker.coverage.words import Fragment

Chosen = tuple["Candidate", Role]

_QUOTED: Final = 0.4  # from which a quotation is a ground by itself
_RETOLD: Final = 0.2  # score, time left out, from which an article that says the text changed describes a change
_RETOLD_CLEARLY: Final = 0.12  # the same where no other change comes near
_NEAR: Final = 0.7  # of the first score: as much a candidate as the first
_RETOLD_WITHOUT_CUE: Final = 0.6  # the same where it nowhere says so
_RETOLD_ALONE: Final = 0.36  # the same where no other change comes near, and the article tells of no arrest or lawsuit
_RETOLD_BESIDE: Final = 0.5  # of the telling alone, for a second change an article describes
_AS_LIKELY: Final = 0.85  # of the first score: nothing tells which of the two is described
_MAY_BE: Final = 2
_CLOSE: Final = 0.9  # of the first score: the same words came in two places, and nothing tells which is meant
_WITHOUT_NAME: Final = 0.25  # asked for on top where the article does not name the service
_BACKGROUND: Final = 0.12
_MOST: Final = 3


def roles(found: Sequence[Candidate], reading: Reading) -> list[Chosen]:
    """Gives the candidates to link to, best first, with their roles."""
    timely = _one_a_change(one for one in found if one.time > 0)
    direct = _direct(timely, reading)
    if any(role is Role.QUOTES for _, role in direct):
        return direct
    if ahead := _ahead(found, reading):
        return [(ahead, Role.BEFORE_THE_CHANGE)]
    if not direct and timely and reading.about_service and timely[0].score >= _BACKGROUND:
        return [(timely[0], Role.BACKGROUND)]
    return direct


def _one_a_change(found: Iterable[Candidate]) -> list[Candidate]:
    best: dict[int, Candidate] = {}
    for one in found:
        best.setdefault(one.occurrence.change, one)
    return list(best.values())


def _direct(timely: Sequence[Candidate], reading: Reading) -> list[Chosen]:
    """Gives what the article explains: the best, and what else it quotes or tells of in other words."""
    chosen: list[Chosen] = []
    taken: list[Fragment] = []
    for place, one in enumerate(timely):
        role = None
        if _quotes(one, reading) and one.quote:
            own = not any(_overlap(one.quote.fragment, part) for part in taken)
            role = Role.QUOTES if not chosen or own or one.score >= _CLOSE * chosen[0][0].score else None
        elif _describes(timely, reading) if place == 0 else place < _MAY_BE and _may_be(one, chosen):
            role = Role.DESCRIBES
        elif chosen and one.told and one.told.cued and one.told.score >= _RETOLD_BESIDE:
            role = None if any(_overlap(one.told.fragments[0], part) for part in taken) else Role.DESCRIBES
        if role:
            chosen.append((one, role))
            taken += [one.quote.fragment] if one.quote else []
            taken += one.told.fragments[:1] if one.told else ()
    return chosen[:_MOST]


def _may_be(one: Candidate, chosen: Sequence[Chosen]) -> bool:
    """Tells whether a change may be meant as well as the one the article describes before all: nothing tells which."""
    if not chosen or chosen[0][1] is not Role.DESCRIBES or not one.told or not one.told.cued:
        return False
    return one.score >= _AS_LIKELY * chosen[0][0].score


def _overlap(one: Fragment, other: Fragment) -> bool:
    return one.start < other.end and other.start < one.end


def _quotes(one: Candidate, reading: Reading) -> bool:
    return one.quoted >= (_QUOTED if reading.about_service else _QUOTED + _WITHOUT_NAME)


def _describes(timely: Sequence[Candidate], reading: Reading) -> bool:
    """Tells whether the article tells in other words what changed first of all, whenever that was."""
    first = timely[0]
    if not first.told:
        return False
    alone = len(timely) == 1 or timely[1].score < _NEAR * first.score
    if first.told.cued:
        needed = _RETOLD_CLEARLY if alone else _RETOLD
    else:
        needed = _RETOLD_ALONE if alone and not reading.deeds else _RETOLD_WITHOUT_CUE
    return first.score / first.time >= (needed if reading.about_service else needed + _WITHOUT_NAME)


def _ahead(found: Sequence[Candidate], reading: Reading) -> Candidate | None:
    """Gives the later change of words that the article quotes or tells of, if it was written long before."""
    told = [
        one
        for one in found
        if one.ahead and (_quotes(one, reading) or (one.told and one.told.cued and one.told.score >= _RETOLD_BESIDE))
    ]
    return max(told, key=lambda one: one.quoted + (one.told.score if one.told else 0.0), default=None)
