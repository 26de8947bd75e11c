"""The README for a package index, where a link into the repository would lead nowhere."""

import re

CODE = re.compile(r"(^```.*?^```$)", re.M | re.S)
LINK = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?!https?://|#)(?P<path>[^)]+)\)")


def long_description(readme, repository="", revision="HEAD"):
    """Return the README with absolute links into a repository OWNER/NAME on GitHub.

    If no repository is known, the words of a link stay without the link, and pictures are left out.
    """

    def replace(found):
        if repository:
            raw = "raw" if found["picture"] else "blob"
            address = f"https://github.com/{repository}/{raw}/{revision}/{found['path']}"
            return f"{found['picture']}[{found['words']}]({address})"
        return "" if found["picture"] else found["words"]

    parts = CODE.split(readme)
    parts[::2] = [LINK.sub(replace, prose) for prose in parts[::2]]
    return re.sub(r"\n{3,}", "\n\n", "".join(parts))


def urls(repository, revision="HEAD"):
    """Return the addresses that the package's metadata name; none if no repository is known."""
    if not repository:
        return {}
    address = f"https://github.com/{repository}"
    return {
        "Source": address,
        "Issues": f"{address}/issues",
        "Changelog": f"{address}/blob/{revision}/CHANGELOG.md",
    }
