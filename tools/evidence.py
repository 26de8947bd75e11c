"""Run the check of every claim and keep the findings in docs/evidence.json, which the site shows.

python tools/evidence.py           # run all, write the file
python tools/evidence.py --check   # run all, fail if the file says otherwise
"""

import json
import os
import sys

os.environ["TQDM_DISABLE"] = "1"

from website import ledger

import course_lib


def main(arguments):
    course_lib.setup()
    found = {}
    for _, claim in ledger.claims():
        evidence = claim.verify().evidence
        if not evidence.confirms:
            sys.exit(f"the evidence does not support claim {claim.id}: {evidence.summary}")
        found[claim.id] = evidence.summary
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    if "--check" in arguments:
        if ledger.EVIDENCE.read_text("utf-8") != text:
            sys.exit("docs/evidence.json is not up to date: run make notebooks")
        return
    ledger.EVIDENCE.write_text(text, "utf-8")
    print(f"evidence for {len(found)} claims")


if __name__ == "__main__":
    main(sys.argv[1:])
