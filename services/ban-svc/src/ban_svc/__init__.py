"""The ban service."""
