"""A module whose import fails: only who enables it sees that."""

raise ImportError("this module is broken on purpose")
