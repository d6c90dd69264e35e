"""The socket kit: envelope, topics, hub, transport and documents of a module's WebSocket."""
