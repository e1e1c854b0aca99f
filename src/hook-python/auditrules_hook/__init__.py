"""The Python hook: docs/spec/segment.md written by the standard library alone, where the native hook cannot go."""

from .hook import start

__all__ = ["start"]
