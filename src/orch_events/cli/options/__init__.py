"""TODO cli/options."""
