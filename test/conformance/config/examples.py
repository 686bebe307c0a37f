#!/usr/bin/python3
"""Checks that every example configuration is good.

    examples.py ANDON FOLDER   runs `andon check` on each *.yaml there and on each folder of them;
                               exit status 1 when one has problems, or there is none
"""

import os
import pathlib
import subprocess
import sys


def main():
    andon, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    examples = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
    examples += sorted({path.parent for path in examples} - {folder})
    failed = 0
    for example in examples:
        ran = subprocess.run([andon, "check", "-q", str(example)], capture_output=True, text=True,
                             timeout=60)
        if ran.returncode != 0:
            failed += 1
            print(ran.stderr, end="")
    print(f"{len(examples)} examples, {failed} with problems")
    return 1 if failed or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
