"""What plug-in authors test with, and what our own tests use; the product never imports it."""
