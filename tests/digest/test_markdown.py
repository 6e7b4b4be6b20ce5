from __future__ import annotations

from dataclasses import replace

import pytest
from messages import PAGE, PUBLIC, message

from tracker.digest.markdown import escaped, link, markdown

TOLD = f"""\
# 1 change

Editors: 24 September 2024, 00:00 UTC to 25 September 2024, 00:00 UTC

## Acme · Privacy Policy

### Acme changes who gets your number.

**newsworthy** · 24 September 2024, 06:00 UTC

*Silent: the date that the page gives itself did not move.*

**8\\. Sharing \\> 8.3. Authorities** (edited, law enforcement)

> On receipt of a ~~court order~~ **valid order** we may hand over your number.

* legal basis: court order → valid order (weaker)

Why: the legal basis is lower

**Coverage**

* quotes: [Acme opens up](https://news.example/acme) (The Gazette, 25 September 2024)
  “on a valid order” — 8.3, after

[this change]({PUBLIC}changes/12) · [the page]({PAGE}) · [snapshot before]({PUBLIC}snapshots/{"aaaa" * 10}) \
· [snapshot after]({PUBLIC}snapshots/{"bbbb" * 10}) · `tracker show 12`

---

96 pages checked, 90 unchanged.
"""


def test_a_message_reads_well_as_it_is() -> None:
    assert markdown(message()).startswith(TOLD)


def test_a_test_says_so_first() -> None:
    told = markdown(replace(message(), is_test=True))
    assert told.startswith("**This is a test: nothing in it has happened.**\n\n# 1 change\n")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a *b* _c_ `d`", "a \\*b\\* \\_c\\_ \\`d\\`"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ("<!channel> & <b>", "\\<\\!channel\\> \\& \\<b\\>"),
        ("@everyone, write to privacy@acme.example", "&#64;everyone, write to privacy@acme.example"),
        ("https://evil.example www.evil.example", "https\\://evil.example www\\.evil.example"),
        ("1. one", "1\\. one"),
        ("- item", "\\- item"),
        ("8.3. stays", "8.3. stays"),
    ],
)
def test_marks_are_escaped_where_they_would_act(text: str, marked: str) -> None:
    assert escaped(text) == marked


def test_an_address_cannot_end_its_link() -> None:
    assert link("a]b", "https://news.example/a)b") == "[a\\]b](https://news.example/a%29b)"
