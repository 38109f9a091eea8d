"""Users and their credentials. Tokens are kept only as SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    Connection,
    Row,
    Text,
    any_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from reposto.storage.tables import credentials, users

# A revoked one is kept for a while: `reposto token list` says when it was revoked.
KEEP_REVOKED = timedelta(days=30)

# Asked every second for all open sockets: built once, and one parameter for thousands of hashes.
_VALID = (
    select(credentials.c.token_hash)
    .join(users, credentials.c.user_id == users.c.id)
    .where(
        credentials.c.expires_at > bindparam("now"),
        credentials.c.revoked_at.is_(None),
        users.c.disabled_at.is_(None),
    )
)
_VALID_SQLITE = _VALID.where(
    credentials.c.token_hash.in_(select(func.json_each(bindparam("hashes", type_=Text)).table_valued("value").c.value))
)
_VALID_POSTGRESQL = _VALID.where(credentials.c.token_hash == any_(bindparam("hashes", type_=ARRAY(Text))))


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in."""

    id: int
    name: str
    role: str
    locale: str
    password_hash: str | None


def hash_token(token: str) -> str:
    """Tokens carry 256 random bits, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_user(
    connection: Connection, name: str, *, password_hash: str | None, role: str, locale: str, now: datetime
) -> User:
    """Add a user; the name must be free."""
    query = (
        insert(users)
        .values(name=name, password_hash=password_hash, role=role, locale=locale, created_at=now)
        .returning(users)
    )
    return _user(connection.execute(query).one())


def find_user(connection: Connection, name: str) -> User | None:
    """An enabled user by name."""
    row = connection.execute(select(users).where(users.c.name == name, users.c.disabled_at.is_(None))).one_or_none()
    return None if row is None else _user(row)


def is_name_taken(connection: Connection, name: str) -> bool:
    """Whether a user has or had this name."""
    return connection.execute(select(users.c.id).where(users.c.name == name)).first() is not None


def count_password_users(connection: Connection) -> int:
    """How many users could log in from another machine."""
    query = select(func.count()).select_from(users)
    return connection.execute(
        query.where(users.c.password_hash.is_not(None), users.c.disabled_at.is_(None))
    ).scalar_one()


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    """Replace a password."""
    connection.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


def disable_user(connection: Connection, user_id: int, *, now: datetime) -> None:
    """From now on nothing of his is valid; what he wrote stays."""
    connection.execute(update(users).where(users.c.id == user_id).values(disabled_at=now))


def set_locale(connection: Connection, user_id: int, locale: str) -> None:
    """The language in which this user is answered."""
    connection.execute(update(users).where(users.c.id == user_id).values(locale=locale))


def read_locale(connection: Connection, user_id: int) -> str | None:
    """The language in which this user is answered; None without such a user."""
    return connection.execute(select(users.c.locale).where(users.c.id == user_id)).scalar_one_or_none()


def store_credential(
    connection: Connection, token: str, user_id: int, kind: str, *, now: datetime, expires_at: datetime
) -> None:
    """Remember a cookie, token or code by its hash."""
    connection.execute(
        insert(credentials).values(
            token_hash=hash_token(token), user_id=user_id, kind=kind, created_at=now, expires_at=expires_at
        )
    )


def find_by_credential(connection: Connection, token: str, kind: str, *, now: datetime) -> User | None:
    """Whose valid credential this is."""
    query = (
        select(users)
        .join(credentials, credentials.c.user_id == users.c.id)
        .where(
            credentials.c.token_hash == hash_token(token),
            credentials.c.kind == kind,
            credentials.c.expires_at > now,
            credentials.c.revoked_at.is_(None),
            users.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _user(row)


def revoke_credential(connection: Connection, token: str, *, now: datetime) -> bool:
    """Make it void; False if it already was."""
    query = update(credentials).where(credentials.c.token_hash == hash_token(token), credentials.c.revoked_at.is_(None))
    return connection.execute(query.values(revoked_at=now)).rowcount == 1


def revoke_logins(connection: Connection, user_id: int, *, now: datetime) -> None:
    """Make a user's cookies and links void, his programs' tokens not."""
    theirs = credentials.c.user_id == user_id, credentials.c.kind != "token", credentials.c.revoked_at.is_(None)
    connection.execute(update(credentials).where(*theirs).values(revoked_at=now))


@dataclass(frozen=True, slots=True)
class Credential:
    """A stored credential, without what it takes to use it."""

    token_hash: str
    user: str
    kind: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def list_credentials(connection: Connection, kind: str, *, user: str | None = None) -> list[Credential]:
    """All of a kind, newest first; of one user, if named."""
    query = (
        select(
            credentials.c.token_hash,
            users.c.name,
            credentials.c.kind,
            credentials.c.created_at,
            credentials.c.expires_at,
            credentials.c.revoked_at,
        )
        .join(users, credentials.c.user_id == users.c.id)
        .where(credentials.c.kind == kind)
        .order_by(credentials.c.created_at.desc(), credentials.c.token_hash)
    )
    if user is not None:
        query = query.where(users.c.name == user)
    return [Credential(*row) for row in connection.execute(query)]


def revoke_hash(connection: Connection, token_hash: str, *, now: datetime) -> bool:
    """Make void what is stored under this hash; False if it already was."""
    known = credentials.c.token_hash == token_hash, credentials.c.revoked_at.is_(None)
    return connection.execute(update(credentials).where(*known).values(revoked_at=now)).rowcount == 1


def delete_void_credentials(connection: Connection, *, now: datetime) -> int:
    """Forget what has expired, and what was revoked long ago; how many."""
    void = or_(credentials.c.expires_at < now, credentials.c.revoked_at < now - KEEP_REVOKED)
    return connection.execute(delete(credentials).where(void)).rowcount


def valid_hashes(connection: Connection, hashes: Sequence[str], *, now: datetime) -> set[str]:
    """Which of these credentials, given by their hashes, still let somebody in."""
    if connection.dialect.name == "postgresql":
        return set(connection.scalars(_VALID_POSTGRESQL, {"now": now, "hashes": list(hashes)}))
    return set(connection.scalars(_VALID_SQLITE, {"now": now, "hashes": orjson.dumps(list(hashes)).decode()}))


def _user(row: Row[Any]) -> User:
    return User(row.id, row.name, row.role, row.locale, row.password_hash)
