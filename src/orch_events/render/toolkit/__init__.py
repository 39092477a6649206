"""TODO render/toolkit."""
