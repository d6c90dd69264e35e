"""One file per driver; the only place that may import a database. Imports the domain alone."""
