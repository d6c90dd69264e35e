"""What the longer commands do; `cli` has their options."""
