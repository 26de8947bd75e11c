"""Helpers for every package: checked arguments, one cache, one way to stop, seeds, data, files."""
