"""TODO cli/help."""
