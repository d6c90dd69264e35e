"""Finds what makes the named modules: the built-in ones, and those of other packages."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points

from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleProtocol

ModuleFactory = Callable[[AppContext], ModuleProtocol]

ENTRY_POINTS = "trading_api.modules"
RESERVED_NAMES = frozenset({"health", "versions", "docs", "session", "tickets", "ws"})


class ModuleError(ValueError):
    """A module that was asked for cannot be mounted; the message says why."""


def find_factories(
    built_in: Mapping[str, ModuleFactory], names: Sequence[str] | None
) -> list[tuple[str, ModuleFactory]]:
    """What makes each named module, built-in ones first, then others by name.

    Args:
        built_in: the modules that need no entry point.
        names: None for all that are built in, and no other.

    Raises:
        ModuleError: a name is unknown or reserved.
    """
    if names is None:
        return list(built_in.items())
    wanted = set(names)
    found = [(name, factory) for name, factory in built_in.items() if name in wanted]
    others = sorted(wanted - set(built_in))
    offered = _offered() if others else {}
    for name in others:
        if name in RESERVED_NAMES:
            raise ModuleError(f"module name {name!r} is reserved")
        if name not in offered:
            raise ModuleError(f"module {name!r} is unknown; {_known(built_in, offered)}")
        found.append((name, _load(offered[name])))
    return found


def check_names(built_in: Collection[str], names: Iterable[str]) -> None:
    """See that there is a module for each table of options.

    A table whose name is misspelt must not leave a module with its defaults.

    Raises:
        ModuleError: there is none for one.
    """
    others = sorted(set(names) - set(built_in))
    offered = _offered() if others else {}
    for name in others:
        if name not in offered:
            known = _known(built_in, offered)
            raise ModuleError(f"[modules.{name}]: there is no such module; {known}")


def make_module(name: str, factory: ModuleFactory, context: AppContext) -> ModuleProtocol:
    """The module that a factory makes.

    Raises:
        ModuleError: it is no module, or has another name.
    """
    module = factory(context)
    if not isinstance(module, ModuleProtocol):
        raise ModuleError(f"what module {name!r} makes does not have the members of a module")
    if module.name != name:
        raise ModuleError(f"module {name!r} calls itself {module.name!r}")
    return module


def _offered() -> dict[str, EntryPoint]:
    """The modules that other packages provide, by name."""
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def _known(built_in: Iterable[str], offered: Iterable[str]) -> str:
    return "known are: " + ", ".join([*built_in, *sorted(offered)])


def _load(point: EntryPoint) -> ModuleFactory:
    factory: ModuleFactory = point.load()
    return factory
