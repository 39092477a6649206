"""TODO render/events."""
