"""The dmca service."""
