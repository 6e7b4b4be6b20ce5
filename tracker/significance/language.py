"""Tells the language of a text by its commonest words; looks at samples, so that long texts cost no more."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from functools import cache
from importlib import resources

_SAMPLES = 450, 1500  # code points at each of three places; the second where the first does not tell
_LINK = re.compile(r"\]\([^)]*\)?|https?://\S+")
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_SHARE = 0.08  # of the sampled words
_LEAST_WORDS = 6
_RIVAL = 0.85  # of the votes of the first: a second language with more leaves it open
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)


@cache
def _profiles() -> dict[str, tuple[str, ...]]:
    """Gives the languages of which a word is typical."""
    text = (resources.files("tracker.significance") / "rules" / "languages.toml").read_text(encoding="utf-8")
    profiles: dict[str, tuple[str, ...]] = {}
    for code, words in tomllib.loads(text).items():
        for word in set(str(words).split()):
            profiles[word] = (*profiles.get(word, ()), code)
    return profiles


def language_of(text: str) -> str | None:
    """Gives the language of a text ("en", "de", ...), or None where the words do not tell."""
    return next((code for size in _SAMPLES if (code := _language(_sample(text, size)))), None)


def _language(sample: str) -> str | None:
    sample = _LINK.sub(" ", sample)
    if not sample.isascii():
        for code, script in _SCRIPTS:
            if len(script.findall(sample)) > len(sample) / 10:
                return code
    profiles = _profiles()
    words = _WORD.findall(sample.lower())
    votes = Counter(itertools.chain.from_iterable([profiles[word] for word in words if word in profiles]))
    best = votes.most_common(2)
    if not best or best[0][1] < max(_LEAST_WORDS, len(words) * _LEAST_SHARE):
        return None
    if len(best) > 1 and best[1][1] > _RIVAL * best[0][1]:
        return None
    return best[0][0]


def _sample(text: str, size: int) -> str:
    if len(text) <= 3 * size:
        return text
    starts = (len(text) // 8, len(text) // 2, len(text) * 3 // 4)
    return " ".join([text[start : start + size] for start in starts])
