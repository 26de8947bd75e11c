"""What every package needs: checked arguments, one cache, one way to stop, seeds, data, files."""
