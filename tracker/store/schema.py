"""The tables of the archive as they are now; how they came to be is told by `migrations`.

Moments are UTC. PostgreSQL has a type for that; SQLite has none, and gets text of one width with a Z at its
end, which sorts as the moments do.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

# Every revision of the schema this code knows, oldest first; the last one is what the tables below say.
REVISIONS = ("0001", "0002", "0003")


def written(at: datetime) -> str:
    """Give a moment as the archive writes it: UTC, to the microsecond, always 27 characters."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} names no time zone")
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z".rjust(27, "0")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; one that names no zone is refused."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        """Give PostgreSQL its own type, everything else text."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Write a moment."""
        if value is None:
            return None
        text = written(value)
        return value.astimezone(UTC) if dialect.name == "postgresql" else text

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read a moment."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        read = datetime.fromisoformat(value).astimezone(UTC)
        if written(read) != value:
            raise ValueError(f"{value!r} is no moment as the archive writes it")
        return read


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite numbers rows by themselves only where the key is an INTEGER, and those hold 64 bits anyway.
Key = BigInteger().with_variant(Integer(), "sqlite")

hosts = Table(
    "hosts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("ready_at", Moment),  # not to be asked again before
)

documents = Table(
    "documents",
    metadata,
    Column("id", Key, primary_key=True),
    Column("service", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("watched", Boolean, nullable=False),
    Column("host", Text, ForeignKey("hosts.name")),
    Column("declaration", Text),  # digest of the declaration in force
    Column("checked_at", Moment),
    Column("next_check_at", Moment),
    Column("last_good_at", Moment),
    Column("failing_since", Moment),
    Column("failure", Text),  # why, in words
    Column("validators", Text),  # JSON: what the server gave to ask again with, under which declaration
    UniqueConstraint("service", "document"),
    Index(None, "watched", "next_check_at"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("sha256", LargeBinary(32), nullable=False, unique=True),
    Column("length", BigInteger, nullable=False),
    Column("depth", SmallInteger, nullable=False),  # frames to read before this one
    Column("base_id", Key, ForeignKey("blobs.id"), index=True),
    Column("data", LargeBinary),  # null where a retention rule let the body go
)

captures = Table(
    "captures",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),  # its number in the chain, from 1, without a gap
    Column("document_id", Key, ForeignKey("documents.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("placed_at", Moment, nullable=False),  # where it stands in the history of its document
    Column("outcome", String(16), nullable=False),
    Column("blob_id", Key, ForeignKey("blobs.id"), index=True),
    Column("entry", Text, nullable=False),  # JSON: everything else that was seen
    Column("hash", LargeBinary(32), nullable=False),
    Index(None, "document_id", "placed_at", "id"),
    Index(None, "document_id", "id"),
)

# One row: how long the chain is and its last hash. Whoever writes holds it.
chain = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("length", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
)

suspects = Table(
    "suspects",
    metadata,
    Column("capture_id", Key, ForeignKey("captures.id"), primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("settled_at", Moment),
    Column("settled_as", String(16)),
)

# What somebody else vouches for: that the chain ended so at a moment of their clock.
stamps = Table(
    "stamps",
    metadata,
    Column("id", Key, primary_key=True),
    Column("capture_id", Key, ForeignKey("captures.id"), nullable=False, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),  # by the clock of the authority
    Column("authority", Text, nullable=False),
    Column("answer", LargeBinary, nullable=False),  # DER, as it was received
    Column("roots", Text, nullable=False),  # PEM: the certificates above its own
)

versions = Table(
    "versions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("document_id", Key, ForeignKey("documents.id"), nullable=False),
    Column("capture_id", Key, ForeignKey("captures.id"), nullable=False),
    Column("blob_id", Key, ForeignKey("blobs.id"), nullable=False, index=True),  # the canonical text
    Column("at", Moment, nullable=False),
    Column("language", Text),
    Column("fingerprint", Text, nullable=False),
    Column("cause", String(20), nullable=False),
    Column("made_by", Text, nullable=False),  # digest of what read the capture: program, declaration
    UniqueConstraint("capture_id", "made_by"),
    Index(None, "document_id", "id"),
    Index(None, "document_id", "fingerprint"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("document_id", Key, ForeignKey("documents.id"), nullable=False),
    Column("capture_id", Key, ForeignKey("captures.id"), nullable=False, unique=True),
    Column("version_id", Key, ForeignKey("versions.id"), index=True),  # null where the capture gave no version
    Column("made_by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("before_ref", Text),  # the ids of the two records, as the change names them
    Column("after_ref", Text, nullable=False),
    Column("cause", String(20), nullable=False),
    Column("noise", String(16)),
    Column("significance", SmallInteger, nullable=False),
    Column("is_live", Boolean, nullable=False),  # found while watching: only such a change is ever told to anybody
    Column("told", LargeBinary, nullable=False),  # the change as JSON of the contract, compressed
    Index(None, "document_id", "at"),
    Index(None, "at", "significance"),
)
