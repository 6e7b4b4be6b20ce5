"""The shape of a dossier: one zip file that comes out the same each time, and how to check it with public tools."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

SUMS = "SHA256SUMS"
README = "README.txt"
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can tell: the same content is the same file
_FROM_UNIX = 3
_READABLE = 0o100644 << 16

CHECK = """\
python3 - <<'END'
import glob, hashlib, json, sys
def sha256(data):
    return hashlib.sha256(data).hexdigest()
def read(name):
    return open(name, "rb").read()
hashes = {}
for name in sorted(glob.glob("chain/*.jsonl")):
    last = None
    for line in read(name).splitlines():
        told = json.loads(line)
        if last not in (None, told["previous"]):
            sys.exit("%s: capture %d does not follow the one before" % (name, told["number"]))
        last = hashes[told["number"]] = sha256(line)
    stamps = [one for one in glob.glob("stamps/*.tsr") if bytes.fromhex(last) in read(one)]
    print("%s is whole. Its last hash: %s %s" % (name, last, stamps or "(not stamped)"))
for name in sorted(glob.glob("*/capture*.json")):
    told = json.loads(read(name))
    page, = glob.glob(name.replace("capture", "page").replace(".json", ".*"))
    if hashes.get(told["number"]) != sha256(read(name)) or told["body"] != sha256(read(page)):
        sys.exit("%s or %s is not what the chain tells" % (name, page))
    print("%s is capture %d of %s" % (page, told["number"], told["at"]))
END
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the chain: from one capture to another, and the stamp its end has."""

    first: int
    last: int
    head: str  # the hash at its end
    stamp: int | None = None  # names the files of the stamp
    stamped: str = ""  # when and by whom, in words

    @property
    def name(self) -> str:
        """The file of its lines."""
        return f"chain/{self.first:010}-{self.last:010}.jsonl"


def write_zip(file: BinaryIO, files: Mapping[str, bytes]) -> None:
    """Write files into a zip file, with their checksums: sorted by name and without a time."""
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    whole = {**files, SUMS: sums.encode()}
    with zipfile.ZipFile(file, "w") as opened:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = _FROM_UNIX, _READABLE
            opened.writestr(entry, whole[name], zipfile.ZIP_DEFLATED, 9)


def readme(subject: str, pages: Mapping[str, str], stretches: tuple[Stretch, ...]) -> str:
    """Say what is in a dossier and how to check it. `pages` tells what each folder of pages is."""
    folders = "".join(f"  {name + '/':16} {what}\n" for name, what in pages.items())
    proofs = "\n".join(map(_proof, stretches))
    return _README.format(subject=subject, folders=folders, check=CHECK, proofs=proofs, sums=SUMS)


def _proof(one: Stretch) -> str:
    if one.stamp is None:
        return (
            f"{one.name} has no time-stamp. It ends with capture {one.last}, whose hash is\n\n    {one.head}\n\n"
            "Compare it with what the archive's keeper published, printed or sent elsewhere at the time. Without\n"
            "such a thing the chain shows that the records fit each other, and not when they were made.\n"
        )
    tsr, pem = f"stamps/{one.stamp:010}.tsr", f"stamps/{one.stamp:010}.pem"
    return (
        f"{one.name} ends with capture {one.last}, stamped {one.stamped}:\n\n"
        f"    openssl ts -verify -digest {one.head} -in {tsr} -CAfile {pem}\n"
        f"    openssl ts -reply -in {tsr} -text\n"
    )


_README = """\
{subject}

What is in here
---------------

  change.html      the change, side by side; open it in any browser, nothing is loaded from elsewhere
  change.json      the same for programs
{folders}  chain/           the log of captures, line by line, from those pages to a stamped end
  stamps/          time-stamps of RFC 3161, and the certificates they were verified by
  captures.warc.gz the same captures for web archives and replay tools (WARC 1.1)
  {sums}       checksums of all other files

Of each page there is `page`, the bytes as they were received and unpacked; `capture.json`, the line of the log that
tells the address, every redirect, who answered, the headers, the time and the SHA-256 of the page; and `about.txt`,
that line in words. Lines between those pages belong to other captures of the same archive: the chain cannot be
checked without them.

How to check it
---------------

Three steps, each with tools that have nothing to do with the program that made this file. Unpack it, go into the
folder, and run the commands there.

1. Nothing was damaged on its way to you:

    sha256sum -c {sums}

2. The pages are those of the log, and the log is a chain: each line holds the hash of the line before, so that none
can be changed, added or taken out without changing every hash after it. `sha256sum before/capture.json` shows a
hash that the next line names as `previous`. All of it at once:

{check}
3. The chain ended so at that time. Somebody who does not belong to the archive signed its hash:

{proofs}
The second command of a stamp shows when it was made. The certificates in stamps/ came out of the same archive as
everything else: get the authority's own from the authority, compare, and verify with that one. A stamp shows that the
pages were in the archive before a moment. That they are what the server sent is what the keeper of the archive
testifies to: a server's answer carries no signature of its own.
"""
