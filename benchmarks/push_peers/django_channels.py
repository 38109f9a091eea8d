"""Django Channels with channels_redis' pub/sub layer, under uvicorn.

python -m benchmarks.push_peers.django_channels REDIS_URL

Its other layer, over lists and scripts, is three times slower (research: 1,522 against 4,317 deliveries/s).
"""

from __future__ import annotations

import sys
from typing import Any

import django
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

from benchmarks.announce import serve


class Chat(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A tab; a group per session."""

    async def connect(self) -> None:
        """Join."""
        self.group = f"session_{self.scope['url_route']['kwargs']['session_id']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, _code: int) -> None:
        """Leave."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def chat_message(self, event: dict[str, Any]) -> None:
        """From the layer to the tab."""
        await self.send_json(event["message"])


def build(url: str) -> Any:
    """Its routes."""
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}
    settings.configure(SECRET_KEY="benchmark", ALLOWED_HOSTS=["*"], CHANNEL_LAYERS={"default": layer})
    django.setup()
    routes = URLRouter([re_path(r"^ws/(?P<session_id>\d+)$", Chat.as_asgi())])
    return ProtocolTypeRouter({"http": get_asgi_application(), "websocket": routes})


if __name__ == "__main__":
    serve(build(sys.argv[1]))
