"""Laws of unpacking: what was packed comes back whole, half of it never does, and nothing grows past the cap."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # says nothing of its types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.net.decode import codings, decoded
from tracker.net.outcome import FailureKind, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: bytes(brotli.compress(body)),
}
CODINGS = st.lists(st.sampled_from(sorted(PACK)), min_size=1, max_size=2).map(tuple)


def packed(body: bytes, applied: tuple[str, ...]) -> bytes:
    for name in applied:
        body = PACK[name](body)
    return body


def kind_of(body: bytes, applied: tuple[str, ...], cap: int) -> FailureKind | None:
    try:
        decoded(body, applied, cap)
    except Trouble as trouble:
        return trouble.kind
    return None


@given(st.binary(max_size=2_000), CODINGS)
def test_what_was_packed_comes_back(body: bytes, applied: tuple[str, ...]) -> None:
    assert decoded(packed(body, applied), applied, 10_000) == body


@given(st.binary(min_size=1, max_size=500), st.sampled_from(sorted(PACK)), st.data())
def test_half_of_it_never_comes_back(body: bytes, name: str, data: st.DataObject) -> None:
    whole = packed(body, (name,))
    cut = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))

    assert kind_of(whole[:cut], (name,), 10_000) in {FailureKind.TRUNCATED, FailureKind.BAD_ENCODING}


@given(st.integers(min_value=1, max_value=5_000), st.sampled_from(sorted(PACK)))
def test_the_cap_is_exact(size: int, name: str) -> None:
    body = packed(b"a" * size, (name,))

    assert (kind_of(body, (name,), size), kind_of(body, (name,), size - 1)) == (None, FailureKind.TOO_LARGE)


@given(st.binary(max_size=500), CODINGS)
def test_what_was_never_packed_has_a_kind(body: bytes, applied: tuple[str, ...]) -> None:
    assert kind_of(body, applied, 1_000) in {
        None,
        FailureKind.TRUNCATED,
        FailureKind.BAD_ENCODING,
        FailureKind.TOO_LARGE,
    }


@pytest.mark.parametrize(
    ("header", "applied"),
    [
        (None, ()),
        ("", ()),
        ("identity", ()),
        (" GZIP ,identity, br", ("gzip", "br")),
        ("x-gzip", ("x-gzip",)),
    ],
)
def test_the_header_tells_what_was_applied(header: str | None, applied: tuple[str, ...]) -> None:
    assert codings(header) == applied
