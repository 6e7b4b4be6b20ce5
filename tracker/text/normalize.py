"""What comparing ignores: letter forms, quotes, dashes, blanks, tracking parameters. The text stays as it was."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_FOLD = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\uff0d", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e", ""),
}
_FOLDED = re.compile("[" + "".join(_FOLD) + "]")
_MOST = tuple((character, _FOLD[character]) for character in "\u2019\u201c\u201d\u2013")  # nearly all that is met
_TRACKING = re.compile(
    r"(?i)^(utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|igshid|mc_[ce]id|_hs\w+|_ga|_gl|oldid|ref_src|ref_url|"
    r"s?session_?id|sid|jsessionid|phpsessid|csrf\w*|nonce|timestamp|__cf\w+|trk\w*|hsctatracking)$"
)
_EMAIL = re.compile(r"/cdn-cgi/l/email-protection(?:#([0-9a-fA-F]+))?")
_SESSION_PATH = re.compile(r"(?i);jsessionid=[^/?#]*")


def fold(text: str) -> str:
    """Gives `text` as comparing sees it: NFKC, plain quotes and dashes, single blanks, no zero-width characters."""
    if text.isascii():
        return text.replace("`", "'") if "`" in text else text
    for character, plain in _MOST:
        if character in text:
            text = text.replace(character, plain)
    text = _FOLDED.sub(_fold_character, text)
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text
    return " ".join(_FOLDED.sub(_fold_character, unicodedata.normalize("NFKC", text)).split())


def _fold_character(found: re.Match[str]) -> str:
    return _FOLD[found.group()]


def same_when_folded(a: str, b: str) -> bool:
    """Tells whether two texts differ only in what comparing ignores, blanks included."""
    return a == b or fold(a).replace(" ", "") == fold(b).replace(" ", "")


def fold_link(target: str) -> str:
    """Gives a link target as comparing sees it: no tracking or session parameters, no Cloudflare e-mail token.

    The scheme http is read as https, and a slash at the end is dropped: neither says where a link leads.
    """
    if _EMAIL.search(target):
        return "mailto:"
    if target.startswith("http://"):
        target = "https://" + target[7:]
    if "?" in target or ";" in target:
        try:
            scheme, host, path, query, fragment = urlsplit(_SESSION_PATH.sub("", target))
        except ValueError:  # an address no parser takes (a broken IPv6 literal) is compared as it stands
            return target
        kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _TRACKING.match(k)]
        target = urlunsplit((scheme, host, path, urlencode(kept), fragment))
    return target.rstrip("/")


def cloudflare_address(target: str) -> str | None:
    """Decodes the e-mail address that Cloudflare hides in a link target; None where there is none.

    The fragment is hexadecimal; its first byte is XORed on each of the others.
    """
    found = _EMAIL.search(target)
    token = found.group(1) if found else None
    if not token or len(token) % 2 or len(token) < 4:
        return None
    key, *rest = bytes.fromhex(token)
    try:
        return bytes(b ^ key for b in rest).decode("utf-8")
    except UnicodeDecodeError:
        return None
