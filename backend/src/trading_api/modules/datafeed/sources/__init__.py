"""Where market data comes from; each source implements `QuoteSource` of the domain's ports."""
