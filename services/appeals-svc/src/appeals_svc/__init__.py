"""The appeals service."""
