"""The broker's REST addresses, a file per noun; `api` joins them."""
