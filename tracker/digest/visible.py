"""Text of strangers, made safe to show: it cannot steer a terminal or turn the order of words around."""

from __future__ import annotations

import re

# Controls (C0 and C1), marks and overrides of direction, line separators, invisible blanks, tag characters,
# and halves of surrogate pairs. Joiners stay: several scripts are written with them.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Give the text with every character that would act instead of being read written out."""
    return _UNSAFE.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in "\t\n":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"<U+{code:04X}>"
