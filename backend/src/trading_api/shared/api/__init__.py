"""Addresses that belong to no module: health, versions, session and documents."""
