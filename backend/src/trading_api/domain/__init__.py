"""Pure rules and nouns of trading: no I/O, no clock, no framework; imports nothing above it."""
