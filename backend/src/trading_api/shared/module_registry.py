"""The modules of one application, in the order in which they were mounted."""

from collections.abc import Sequence

from trading_api.shared.module import ModuleProtocol


class ModuleRegistry:
    """Holds an application's modules; one registry per app, at `app.state.registry`."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleProtocol] = {}

    def register(self, module: ModuleProtocol) -> None:
        """Add a module.

        Raises:
            ValueError: a module of that name is registered.
        """
        if module.name in self._modules:
            raise ValueError(f"module {module.name!r} is registered already")
        self._modules[module.name] = module

    def get_enabled_modules(self) -> Sequence[ModuleProtocol]:
        """The modules whose `enabled` is true, in order of registration."""
        return [module for module in self._modules.values() if module.enabled]
