"""Metadata of the package that hatchling computes at each build: long description and addresses."""

import os
import sys
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CustomMetadataHook(MetadataHookInterface):
    """Adds what depends on where the repository is published, which only the forge knows."""

    def update(self, metadata):
        """Set `readme` and `urls`; the forge passes OWNER/NAME on as COURSE_REPOSITORY."""
        root = Path(self.root)
        sys.path.insert(0, str(root / "tools"))
        from long_description import long_description, urls

        repository, revision = os.environ.get("COURSE_REPOSITORY", ""), f"v{metadata['version']}"
        text = long_description((root / "README.md").read_text("utf-8"), repository, revision)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = urls(repository, revision)
