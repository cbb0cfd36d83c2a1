"""One browser tab's worth of WebSocket traffic, without a browser."""

import asyncio
import time
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState


class Tab:
    """A session on one page; `rerun` times the way from asking to `script_finished`."""

    def __init__(self, address: str, page: str, cookie: str = "", query: str = "") -> None:
        self.address, self.page, self.cookie, self.query = address, page, cookie, query
        self.page_hash = ""
        self.drawn: list[str] = []
        self.exceptions: list[str] = []
        self._cache: dict[str, ForwardMsg] = {}
        self._socket: Any = None

    async def open(self) -> float:
        """Connect and run the page once."""
        headers = {"Origin": f"http://{self.address}"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        self._socket = await websockets.connect(
            f"ws://{self.address}/_stcore/stream",
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            additional_headers=headers,
            max_size=None,
        )
        return await self.rerun()

    async def rerun(self, *widgets: WidgetState) -> float:
        """One rerun, in seconds."""
        request = BackMsg()
        request.rerun_script.query_string = self.query
        request.rerun_script.page_script_hash = self.page_hash
        request.rerun_script.page_name = self.page
        request.rerun_script.widget_states.widgets.extend(widgets)
        self.drawn, self.exceptions = [], []
        started = time.perf_counter()
        await self._socket.send(request.SerializeToString())
        while True:
            message = self._decode(await asyncio.wait_for(self._socket.recv(), 120))
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "delta":
                self._note(message)
            elif kind == "script_finished":
                return time.perf_counter() - started

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    def _decode(self, raw: bytes) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(raw)
        if message.WhichOneof("type") == "ref_hash":
            return self._cache.get(message.ref_hash, message)
        if message.hash:
            self._cache[message.hash] = message
        return message

    def _note(self, message: ForwardMsg) -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        self.drawn.append(kind)
        if kind == "exception":
            self.exceptions.append(element.exception.message)
        if kind == "alert" and "页面出错" in element.alert.body:  # what the launcher shows instead
            self.exceptions.append(element.alert.body)
