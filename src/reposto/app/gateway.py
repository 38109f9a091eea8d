"""The WebSocket route: who may come in, and what happens between a socket and its protocol."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from fastapi import APIRouter, WebSocket
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketDisconnect, WebSocketState

from reposto.app.access import COOKIE, bearer
from reposto.app.direct import SCOPE_KEY, DirectOutbox
from reposto.app.runtime import Runtime
from reposto.conversation import ask as asking
from reposto.conversation import sessions
from reposto.conversation.ask import Asker
from reposto.delivery import wire
from reposto.delivery.hub import Connection
from reposto.delivery.outbox import QueueOutbox
from reposto.delivery.session import Cancel, Question, SessionProtocol
from reposto.model.clock import monotonic, utc_now
from reposto.model.errors import InvalidInput, NotAllowed, NotFound, RepostoError, TooMany
from reposto.storage.users import User, hash_token

log = structlog.get_logger(__name__)
router = APIRouter()

AHEAD_OF_ALL = 2**53  # a cursor that no database has reached: answered by `reset`, whatever it was
MAX_PENDING = 20  # requests of one socket that wait for the one before; more are refused


@router.websocket("/api/chat/ws/{session_id}")
async def chat_socket(websocket: WebSocket, session_id: str) -> None:
    """One tab of one conversation."""
    runtime: Runtime = websocket.app.state.runtime
    try:
        user = await _admit(runtime, websocket)
        number, cursor = _number(session_id), _cursor(websocket)
        if number is None or cursor is None:
            raise NotFound
        speaks_v1 = _subprotocol(websocket) is not None
        await Tab(runtime, number, user, speaks_v1=speaks_v1).live(websocket, *cursor)
    except NotAllowed as error:
        runtime.hub.counters.refused += 1
        await websocket.send_denial_response(PlainTextResponse(error.message("pt-BR"), status_code=403))
    except RepostoError as error:  # the database is away: come back with jitter
        await _turn_away(runtime, websocket, error.close_code or wire.CloseCode.RESTARTING)
    except WebSocketDisconnect:
        pass  # gone before it was in


async def _admit(runtime: Runtime, websocket: WebSocket) -> User:
    """Origin first, then identity, both before the handshake is accepted; never anything from the URL."""
    headers = websocket.headers
    runtime.gate.check_host(headers.get("host"))
    runtime.gate.check_origin(headers.get("origin"), headers.get("host"), by_token=_by_token(websocket))
    if "token" in websocket.query_params:
        raise NotAllowed("O token não vai no endereço.", "A token does not belong into the address.")
    return await runtime.in_thread(runtime.gate.identify, websocket.cookies, headers.get("authorization"))


async def _turn_away(runtime: Runtime, websocket: WebSocket, code: int) -> None:
    """A page can read a close code, but not why a handshake failed: accept, then close."""
    runtime.hub.counters.refused += 1
    if websocket.application_state is WebSocketState.CONNECTING:
        await websocket.accept(_subprotocol(websocket))
    await websocket.close(code)


def _subprotocol(websocket: WebSocket) -> str | None:
    return wire.SUBPROTOCOL if wire.SUBPROTOCOL in websocket.scope.get("subprotocols", ()) else None


def open_outbox(websocket: WebSocket) -> DirectOutbox | QueueOutbox:
    """The way out of an accepted socket: the short one where the server offers it.

    That one takes the connection over: from here on it is read by `start`, and `websocket` is of no more use.
    """
    socket = websocket.scope.get("extensions", {}).get(SCOPE_KEY)
    if socket is None:
        return QueueOutbox(websocket.send_text, websocket.close)
    return DirectOutbox(socket.hand_over())


def _by_token(websocket: WebSocket) -> bool:
    return bearer(websocket.headers.get("authorization")) is not None


def _credential(websocket: WebSocket) -> str:
    token = bearer(websocket.headers.get("authorization")) or websocket.cookies.get(COOKIE, "")
    return hash_token(token)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _cursor(websocket: WebSocket) -> tuple[int | None, str | None] | None:
    """(after, epoch); None when `after` is no cursor."""
    after, epoch = websocket.query_params.get("after"), websocket.query_params.get("epoch")
    if after in (None, ""):
        return None, epoch or None
    if not (str(after).isascii() and str(after).isdigit()):
        return None
    return min(int(str(after)[:18]), AHEAD_OF_ALL), epoch or None


class Tab:
    """A socket's protocol and its connection in the hub. It outlives the request, so it keeps nothing of it."""

    __slots__ = (
        "_asker",
        "_by_token",
        "_connection",
        "_has_place",
        "_pending",
        "_protocol",
        "_runtime",
        "_session_id",
        "_turn",
    )

    def __init__(self, runtime: Runtime, session_id: int, user: User, *, speaks_v1: bool) -> None:
        self._runtime = runtime
        self._session_id = session_id
        self._asker = Asker(user.id, user.locale)
        self._protocol = SessionProtocol(session_id, speaks_v1=speaks_v1, locale=user.locale)
        self._turn: asyncio.Lock | None = None  # requests of one socket are carried out in the order in which they came
        self._pending = 0
        self._by_token = False
        self._has_place = False  # among those of all processes
        self._connection: Connection | None = None

    async def live(self, websocket: WebSocket, after: int | None, epoch: str | None) -> None:
        """The handshake and the beginning; to the end of the socket, if its server has no shorter way.

        Raises RepostoError when it may not come in.
        """
        runtime = self._runtime
        if after is None and not self._protocol.speaks_v1:
            # It hears of no position: whatever is stored from the moment it sees an open socket must reach it.
            after = (await self._position()).last_seq
        await websocket.accept(_subprotocol(websocket))
        self._by_token = by_token = _by_token(websocket)
        try:
            await self._take_place(by_token=by_token)
            if not runtime.hub.has_room(self._asker.user_id, by_token=by_token):  # here, where nothing comes between
                raise TooMany
            if runtime.stopping:
                await _turn_away(runtime, websocket, wire.CloseCode.RESTARTING)
                self._leave_place()
                return
            outbox = open_outbox(websocket)
        except BaseException:
            self._leave_place()
            raise
        connection = Connection(
            self._asker.user_id, self._protocol, outbox, self._on_request, _credential(websocket), by_token
        )
        self._connection = connection
        runtime.hub.admit(connection)  # subscribed first, the position read after: nothing falls between
        if isinstance(outbox, QueueOutbox):
            await self._receive(websocket, connection, outbox, after, epoch)
            return
        try:
            await self._begin(connection, after, epoch)
        except BaseException:  # nobody else would ever notice
            runtime.hub.cut(connection, wire.CloseCode.RESTARTING)
            raise
        finally:
            outbox.start(self)

    def on_text(self, text: str) -> None:
        """From the short way: the client said something."""
        if self._connection is not None:
            self._runtime.hub.perform(self._connection, self._protocol.received(text, now=monotonic()))

    def on_gone(self) -> None:
        """From the short way: the connection is gone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._runtime.hub.dismiss(connection)
        self._leave_place()

    async def _take_place(self, *, by_token: bool) -> None:
        """Tabs are counted over all processes; sockets of programs by each, whose memory they take."""
        counts = self._runtime.gate.counts
        if by_token or not counts.has_places:
            return
        if not await self._runtime.in_thread(counts.take_place, self._asker.user_id):
            raise TooMany
        self._has_place = True

    def _leave_place(self) -> None:
        if self._has_place:
            self._has_place = False
            self._runtime.gate.counts.give_back_place(self._asker.user_id)

    async def _begin(self, connection: Connection, after: int | None, epoch: str | None) -> bool:
        """Say where the conversation stands; False when the connection was closed instead."""
        hub = self._runtime.hub
        try:
            position = await self._position()
        except NotFound:
            hub.cut(connection, wire.CloseCode.NO_SESSION)
            return False
        except RepostoError:
            hub.cut(connection, wire.CloseCode.RESTARTING)  # the database is away: come back with jitter
            return False
        jobs = [wire.snapshot(job) for job in position.jobs]
        outputs = self._protocol.open(
            after=after, epoch=epoch, server_epoch=position.epoch, last_seq=position.last_seq, jobs=jobs
        )
        hub.perform(connection, outputs)
        return True

    async def _position(self) -> sessions.Position:
        runtime = self._runtime
        return await runtime.in_thread(sessions.resume, runtime.store, self._session_id, self._asker.user_id)

    async def _receive(
        self,
        websocket: WebSocket,
        connection: Connection,
        outbox: QueueOutbox,
        after: int | None,
        epoch: str | None,
    ) -> None:
        """The long way: this task lives as long as the socket."""
        try:
            begun = await self._begin(connection, after, epoch)
            while websocket.client_state is not WebSocketState.DISCONNECTED:
                event = await websocket.receive()  # after a cut: until the close frame is out, and answered
                if event["type"] == "websocket.disconnect":
                    return
                text = event.get("text")
                if text is None:
                    text = (event.get("bytes") or b"").decode("utf-8", "replace")
                if begun:
                    self.on_text(text)
        except WebSocketDisconnect:
            pass
        finally:
            self.on_gone()
            await outbox.finish()

    def _on_request(self, request: Question | Cancel) -> None:
        try:
            if self._pending >= MAX_PENDING:
                raise TooMany
            # Each tab has its own measure too, but who opens one after the other has as many as he likes.
            self._runtime.gate.count_call(self._asker.user_id, by_token=self._by_token)
        except TooMany as error:
            self._refuse(error, request)
            return
        self._pending += 1
        # The task is the server's: a tab that closes while its question is being stored doesn't undo anything.
        self._runtime.spawn(self._carry_out(request))

    async def _carry_out(self, request: Question | Cancel) -> None:
        runtime = self._runtime
        if self._turn is None:
            self._turn = asyncio.Lock()
        try:
            async with self._turn:
                if isinstance(request, Cancel):
                    change = await runtime.in_writer(
                        sessions.cancel,
                        runtime.store,
                        self._session_id,
                        self._asker.user_id,
                        request.job_id,
                        now=utc_now(),
                    )
                else:
                    change = (await self._ask(request)).change
            runtime.publish(change)
        except InvalidInput as error:
            if self._protocol.speaks_v1:
                self._refuse(error, request)
            else:
                await self._say(error)
        except RepostoError as error:
            self._refuse(error, request)
        except Exception:
            log.exception("gateway.request_failed", session_id=self._session_id)
            self._refuse(RepostoError(), request)
        finally:
            self._pending -= 1

    async def _ask(self, question: Question) -> asking.Asked:
        runtime = self._runtime
        return await runtime.in_writer(
            asking.ask,
            runtime.store,
            runtime.catalogue,
            session_id=self._session_id,
            asker=self._asker,
            content=question.content,
            client_id=question.client_id,
            now=utc_now(),
            typical_seconds=runtime.pool.typical_seconds,
        )

    async def _say(self, error: InvalidInput) -> None:
        """A client that speaks no protocol can only be told by a message."""
        runtime = self._runtime
        sentence = error.message(self._asker.locale)
        try:
            change = await runtime.in_writer(
                asking.say_refused, runtime.store, self._session_id, sentence, error.code, now=utc_now()
            )
        except RepostoError:
            return  # the conversation is gone meanwhile
        runtime.publish(change)

    def _refuse(self, error: RepostoError, request: Any) -> None:
        if self._connection is None:
            return
        client_id = getattr(request, "client_id", None)
        self._runtime.hub.perform(self._connection, self._protocol.refuse(error, client_id))
