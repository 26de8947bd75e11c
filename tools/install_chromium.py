"""Make sure that the browser tests have a browser: on CI install Debian's, elsewhere say how."""

import os
import subprocess
import sys

from lab_driver import HOW_TO_INSTALL, find_chromium

if not find_chromium():
    if os.environ.get("CI") == "true":
        for command in ("apt-get update -qq", "apt-get install -y -qq chromium"):
            subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL)
    else:
        sys.exit(f"The browser tests need a browser: {HOW_TO_INSTALL}")
