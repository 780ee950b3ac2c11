"""The same with web sockets, whose frameworks refuse to write after the disconnect."""

from starlette.websockets import WebSocket, WebSocketDisconnect


async def chat(websocket: WebSocket, room) -> None:
    await websocket.accept()
    try:
        while True:
            await room.broadcast(await websocket.receive_text())
    except WebSocketDisconnect:
        await websocket.send_text("bye")  # expect: write-after-disconnect


async def chat_properly(websocket: WebSocket, room) -> None:
    await websocket.accept()
    try:
        while True:
            await room.broadcast(await websocket.receive_text())
    except WebSocketDisconnect:
        await room.broadcast("somebody left")
