"""A self-hosted, modular trading backend."""

__version__ = "0.1.0"
