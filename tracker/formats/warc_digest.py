"""Labelled digests of WARC records, as programs write them: base 32, hexadecimal or base 64."""

from __future__ import annotations

import base64
import hashlib

_KNOWN = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})


def unlike(block: bytes, label: str | None) -> str:
    """Say how a block differs from its labelled digest; nothing where it fits, or where nobody can tell."""
    algorithm, _, written = (label or "").partition(":")
    name = algorithm.lower().replace("-", "")
    if name not in _KNOWN or not written:
        return ""
    digest = hashlib.new(name, block, usedforsecurity=False).digest()
    spelled = {
        digest.hex(),
        base64.b32encode(digest).decode().rstrip("=").lower(),
        base64.b64encode(digest).decode().rstrip("="),
        base64.urlsafe_b64encode(digest).decode().rstrip("="),
    }
    bare = written.rstrip("=")
    return "" if spelled & {bare, bare.lower()} else f"does not have the digest {label} that it claims"
