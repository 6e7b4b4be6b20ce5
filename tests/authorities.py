"""A time-stamp authority of our own making: signs by openssl, answers over loopback, and can be told to misbehave."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scripted_server import ScriptedServer, page

from tracker.net.address import allow_list
from tracker.net.session import Gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripted_server import Asked

OPENSSL = shutil.which("openssl")
_CONFIG = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_MIDDLE = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
_LEAF = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"


def openssl(*arguments: str | Path) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Signer:
    """A key that signs stamps, and the certificates around it."""

    folder: Path

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        """Answer a query as an authority does."""
        (self.folder / "query").write_bytes(query)
        openssl(
            "ts", "-reply", "-config", self.folder / "config", "-section", "tsa", "-queryfile", self.folder / "query",
            "-inkey", self.folder / "leaf.key", "-signer", self.folder / "leaf.pem",
            "-chain", self.folder / "middle.pem", "-out", self.folder / "reply",
        )  # fmt: skip
        return (self.folder / "reply").read_bytes()

    def query(self, head: str, *, digest: str = "sha256") -> bytes:
        """Make a query that somebody else might have sent."""
        out = self.folder / "other"
        openssl("ts", "-query", "-digest", head, f"-{digest}", "-cert", "-out", out)
        return out.read_bytes()


def signer(folder: Path, name: str = "Test") -> Signer:
    """Make a root, a certificate below it, and below that the one that signs."""
    if OPENSSL is None:
        pytest.skip("time-stamps are tested with openssl, which is not on this machine")
    folder.mkdir(parents=True)
    (folder / "serial").write_text("01\n")
    (folder / "config").write_text(_CONFIG.format(folder=folder))
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(
        "req", "-x509", *new, "-keyout", folder / "root.key", "-out", folder / "root.pem", "-days", "3650",
        "-subj", f"/CN={name} Root", "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip
    for child, above, extensions in (("middle", "root", _MIDDLE), ("leaf", "middle", _LEAF)):
        (folder / "extensions").write_text(extensions)
        request = folder / "request"
        openssl(
            "req", *new, "-new", "-keyout", folder / f"{child}.key", "-out", request, "-subj", f"/CN={name} {child}"
        )
        openssl(
            "x509", "-req", "-in", request, "-CA", folder / f"{above}.pem", "-CAkey", folder / f"{above}.key",
            "-CAcreateserial", "-out", folder / f"{child}.pem", "-days", "3650", "-extfile", folder / "extensions",
        )  # fmt: skip
    return Signer(folder)


def new_signer(name: str = "Test") -> Signer:
    """Make one in a folder that outlives a single test."""
    return signer(Path(tempfile.mkdtemp(prefix="tsa-")) / "tsa", name)


def authority(answer: Callable[[Asked], Iterator[bytes]]) -> ScriptedServer:
    """Listen for queries."""
    return ScriptedServer(answer)


def stamping(by: Signer, mend: Callable[[bytes], bytes] = bytes) -> Callable[[Asked], Iterator[bytes]]:
    """Answer every query by a stamp; `mend` changes it on its way."""

    def answer(asked: Asked) -> Iterator[bytes]:
        return page(mend(by.answer(asked.body)), Content_Type="application/timestamp-reply")

    return answer


def gate() -> Gate:
    """Give a way out that may ask this machine."""
    return Gate("policy-tracker/test", allow_list(("127.0.0.1",)))
