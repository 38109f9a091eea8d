"""The least that uvicorn and FastAPI can be: one page that says hello, one WebSocket that is kept open."""

from __future__ import annotations

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from benchmarks.announce import serve

app = FastAPI()
open_sockets: list[WebSocket] = []


@app.get("/")
def hello() -> dict[str, str]:
    """Hello."""
    return {"hello": "world"}


@app.websocket("/ws")
async def keep(websocket: WebSocket) -> None:
    """Waits for what never comes."""
    await websocket.accept()
    open_sockets.append(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        open_sockets.remove(websocket)


if __name__ == "__main__":
    serve(app)
