"""One conformance suite per port: an implementation inherits it and says how it is made."""
