"""Names of the streams: a route and its parts, joined by colons."""


def topic(route: str, *parts: str) -> str:
    """The topic of a route and its parts, such as `bars:AAPL:1`.

    A colon or a percent sign inside a part is percent-encoded, so that no two lists of parts
    share a topic.
    """
    return ":".join((route, *(part.replace("%", "%25").replace(":", "%3A") for part in parts)))


def route_of(name: str) -> str:
    """The route that a topic belongs to: what stands before the first colon."""
    return name.partition(":")[0]


def parts_of(name: str) -> list[str]:
    """The parts of a topic, decoded; the inverse of `topic`."""
    _, *parts = name.split(":")
    return [part.replace("%3A", ":").replace("%25", "%") for part in parts]
