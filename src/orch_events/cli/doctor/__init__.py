"""TODO cli/doctor."""
