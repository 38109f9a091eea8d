"""Who is asking: cookies, API tokens, one-time codes, passwords, origins, CSRF, and how often."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection

from reposto.app.limits import Limiter
from reposto.app.settings import LOOPBACK, Settings
from reposto.app.shared import SharedCounts
from reposto.model.clock import utc_now
from reposto.model.errors import InvalidInput, NotAllowed, NotAuthenticated, NotFound, SettingInvalid
from reposto.model.text import clean
from reposto.storage import users
from reposto.storage.engine import Store
from reposto.storage.users import User

COOKIE = "reposto_session"
CSRF_HEADER = "x-csrf-token"
LOCAL_USER = "local"
COOKIE_LIFE = timedelta(days=30)
CODE_LIFE = timedelta(hours=24)
ASK_LIFE = timedelta(minutes=10)  # of the token that `reposto ask` gets for one question
SHOWN_CHARS = 12  # of a token's hash, by which it is listed and revoked: 48 bits, and of no use to log in
VIEWER = "viewer"
ROLES = (VIEWER, "buyer", "manager", "admin")
# What somebody who only looks may change: his conversations and his language. A route that is not here is closed to
# him, so that a new one has to be opened and can't be forgotten.
VIEWER_ROUTES = re.compile(r"/api/(?:chat/sessions(?:/[^/]+(?:/messages|/actions|/jobs/[^/]+/cancel)?)?|me|logout)")
VIEWER_ACTIONS = frozenset({"choose_product", "retry", "recalculate"})  # buttons that only ask
MIN_PASSWORD = 10  # characters; length is what a guesser pays for (NIST SP 800-63B)
MAX_PASSWORD = 200
LOGIN_TRIES, LOGIN_WINDOW_S = 10, 300.0  # the 11th failure in 5 minutes is refused
ADDRESS_TRIES = 100  # of one address: a whole office may share it, and somebody in it forgets his password
CALLS_WINDOW_S = 60.0
CALLS_BY_COOKIE = 600  # of one person's pages in a window: ten a second is far more than a hand can do
CALLS_BY_TOKEN = 30_000  # of one person's programs: a bound, so that a runaway script does not starve the others

_hasher = PasswordHasher()
# Verified when there is no such user, so that both cases take the same time.
_DECOY = _hasher.hash(secrets.token_hex(16))


class Gate:
    """Every question of who may do what, in one place."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self.counts = counts = SharedCounts(store, settings.bus_url)
        self._by_name = counts.tries("name", LOGIN_TRIES, LOGIN_WINDOW_S)
        self._by_address = counts.tries("address", ADDRESS_TRIES, LOGIN_WINDOW_S)
        self._calls: dict[bool, Limiter] = {
            False: counts.calls("cookie", CALLS_BY_COOKIE, CALLS_WINDOW_S),
            True: counts.calls("token", CALLS_BY_TOKEN, CALLS_WINDOW_S),
        }

    def close(self) -> None:
        """Let go of what other processes are told through."""
        self.counts.close()

    # ---------------------------------------------------------------- credentials

    def identify(self, cookies: Mapping[str, str], authorization: str | None) -> User:
        """The user behind a cookie or a bearer token; NotAuthenticated otherwise."""
        token = bearer(authorization)
        kind = "token"
        if token is None:
            token, kind = cookies.get(COOKIE), "cookie"
        if not token:
            raise NotAuthenticated
        with self._store.read() as connection:
            user = users.find_by_credential(connection, token, kind, now=utc_now())
        if user is None:
            raise NotAuthenticated
        return user

    def find_void(self, hashes: list[str]) -> list[str]:
        """Which of these credentials, by which sockets came in, no longer let anybody in."""
        with self._store.read() as connection:
            valid = users.valid_hashes(connection, hashes, now=utc_now())
        return [known for known in hashes if known not in valid]

    def redeem(self, code: str) -> str:
        """A one-time code becomes a cookie; each works once."""
        now = utc_now()
        with self._store.write() as connection:
            user = users.find_by_credential(connection, code, "code", now=now)
            if user is None or not users.revoke_credential(connection, code, now=now):
                raise NotAuthenticated(
                    "Este link já foi usado ou venceu. Peça outro com `reposto link`.",
                    "This link was used or has expired. Get another with `reposto link`.",
                )
            cookie = secrets.token_urlsafe(32)
            users.store_credential(connection, cookie, user.id, "cookie", now=now, expires_at=now + COOKIE_LIFE)
        return cookie

    def log_in(self, name: str, password: str, client: str) -> str:
        """A name and a password become a cookie; guessing is slowed down by name and by address."""
        name = clean(name)
        # Counted before the password is looked at: many guesses at once must not all be looked at.
        limits = ((self._by_name, name.casefold()), (self._by_address, client))
        for limiter, key in limits:
            limiter.take(key)
        with self._store.read() as connection:
            user = users.find_user(connection, name)
        known = user.password_hash if user is not None and user.password_hash else _DECOY
        if not _verify(known, password) or user is None or user.password_hash is None:
            raise NotAuthenticated("Nome ou senha não conferem.", "Name or password is wrong.")
        for limiter, key in limits:
            limiter.give_back(key)
        now = utc_now()
        cookie = secrets.token_urlsafe(32)
        with self._store.write() as connection:
            users.store_credential(connection, cookie, user.id, "cookie", now=now, expires_at=now + COOKIE_LIFE)
        return cookie

    def log_out(self, cookie: str) -> None:
        """Make the cookie void."""
        with self._store.write() as connection:
            users.revoke_credential(connection, cookie, now=utc_now())

    # ---------------------------------------------------------------- requests

    def check_origin(self, origin: str | None, host: str | None, *, by_token: bool) -> None:
        """Only our own pages may open sockets or change anything with a cookie; a token needs no origin."""
        if origin is None:
            if by_token:
                return
            raise NotAllowed("Origem não informada.", "The Origin header is missing.")
        if origin in self._settings.allowed_origins:
            return
        parts = urlsplit(origin)
        if parts.scheme in ("http", "https") and host and origin == f"{parts.scheme}://{host}":
            return
        raise NotAllowed("Origem não permitida.", "This origin is not allowed.")

    def check_host(self, host: str | None) -> None:
        """On loopback only loopback names are served: another name is somebody's DNS pointing at us."""
        if not self._settings.on_loopback:
            return
        name = (host or "").rsplit(":", 1)[0] if not (host or "").startswith("[") else (host or "").split("]")[0][1:]
        if name not in LOOPBACK and not any(urlsplit(o).netloc == host for o in self._settings.allowed_origins):
            raise NotAllowed("Este endereço não é servido.", "This host name is not served.")

    def count_call(self, user_id: int, *, by_token: bool) -> None:
        """A call over HTTP or a request in a tab. TooMany when the user has used up his minute."""
        self._calls[by_token].take(str(user_id))

    def check_csrf(self, cookies: Mapping[str, str], header: str | None) -> None:
        """A cookie alone doesn't change anything: the page must show that it can read its token."""
        expected = csrf_token(cookies.get(COOKIE, ""))
        if header is None or not hmac.compare_digest(header.encode(), expected.encode()):
            raise NotAllowed("Recarregue a página e tente de novo.", "Reload the page and try again.")


def check_may_change(user: User, path: str) -> None:
    """NotAllowed when somebody who only looks calls what changes more than his own conversations."""
    if user.role == VIEWER and VIEWER_ROUTES.fullmatch(path) is None:
        raise _ONLY_LOOKS


def check_may_press(user: User, action_type: str) -> None:
    """The same for a button: an order is made by those who may."""
    if user.role == VIEWER and action_type not in VIEWER_ACTIONS:
        raise _ONLY_LOOKS


_ONLY_LOOKS = NotAllowed(
    "Seu acesso é só de consulta: peça a um comprador ou ao administrador.",
    "Your access is for reading only: ask a buyer or the administrator.",
)


def bearer(authorization: str | None) -> str | None:
    """The token of an Authorization header, or None."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def csrf_token(cookie: str) -> str:
    """Derived from the cookie, so nothing has to be stored."""
    return hashlib.sha256(f"csrf:{cookie}".encode()).hexdigest()[:40]


def add_user(store: Store, name: str, password: str | None, *, role: str, locale: str) -> User:
    """Add a user; raises InvalidInput when the name is taken or the password too weak."""
    name = clean(name)
    if not name or len(name) > 120:
        raise InvalidInput("O nome deve ter de 1 a 120 caracteres.", "The name must have 1 to 120 characters.")
    hashed = None if password is None else hash_password(password)
    with store.write() as connection:
        if users.is_name_taken(connection, name):
            raise InvalidInput(f"Já existe o usuário {name!r}.", f"User {name!r} exists already.")
        return users.create_user(connection, name, password_hash=hashed, role=role, locale=locale, now=utc_now())


def change_password(store: Store, name: str, password: str) -> None:
    """Replace a user's password; whoever is in by the old one is out."""
    hashed = hash_password(password)
    with store.write() as connection:
        user = _access_user(connection, name)
        users.set_password(connection, user.id, hashed)
        users.revoke_logins(connection, user.id, now=utc_now())


def disable_user(store: Store, name: str) -> None:
    """Shut a user out; a running server closes his sockets within two seconds."""
    with store.write() as connection:
        users.disable_user(connection, _access_user(connection, name).id, now=utc_now())


def _access_user(connection: Connection, name: str) -> User:
    user = users.find_user(connection, clean(name))
    if user is None:
        raise NotFound(f"Não existe o usuário {name!r}.", f"There is no user {name!r}.")
    return user


def hash_password(password: str) -> str:
    """argon2id, the library's defaults."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInput(
            f"A senha deve ter de {MIN_PASSWORD} a {MAX_PASSWORD} caracteres.",
            f"The password must have {MIN_PASSWORD} to {MAX_PASSWORD} characters.",
        )
    return _hasher.hash(password)


def ensure_local_user(store: Store, locale: str) -> User:
    """The one who works on this machine; has no password."""
    with store.write() as connection:
        known = users.find_user(connection, LOCAL_USER)
        return known or users.create_user(
            connection, LOCAL_USER, password_hash=None, role="admin", locale=locale, now=utc_now()
        )


def issue(store: Store, user: User, kind: str, life: timedelta) -> str:
    """A new credential of 256 random bits; shown once, stored as a hash."""
    token = secrets.token_urlsafe(32)
    now = utc_now()
    with store.write() as connection:
        users.store_credential(connection, token, user.id, kind, now=now, expires_at=now + life)
    return token


def list_tokens(store: Store, user: str | None = None) -> list[users.Credential]:
    """Programs' tokens, newest first; of one user, if named."""
    with store.read() as connection:
        if user is not None:
            _access_user(connection, user)
        return users.list_credentials(connection, "token", user=None if user is None else clean(user))


def revoke_token(store: Store, shown: str) -> users.Credential:
    """Make a token void by the start of its hash, as listed; a running server closes its sockets within two seconds."""
    shown = shown.strip().lower()
    with store.write() as connection:
        known = users.list_credentials(connection, "token")
        found = [token for token in known if token.token_hash.startswith(shown)]
        if len(shown) < SHOWN_CHARS or len(found) != 1:
            raise NotFound(
                f"Não existe o token {shown[:SHOWN_CHARS]!r}; veja `reposto token list`.",
                f"There is no token {shown[:SHOWN_CHARS]!r}; see `reposto token list`.",
            )
        users.revoke_hash(connection, found[0].token_hash, now=utc_now())
    return found[0]


def check_may_listen(store: Store, settings: Settings) -> None:
    """Refuse to be reachable from elsewhere while nobody could log in."""
    if settings.on_loopback:
        return
    with store.read() as connection:
        if users.count_password_users(connection) == 0:
            raise SettingInvalid(
                f"Para atender em {settings.host}, crie antes um usuário com senha: reposto user add NOME.",
                f"To listen on {settings.host}, first add a user with a password: reposto user add NAME.",
            )


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[: MAX_PASSWORD + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
