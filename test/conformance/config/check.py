#!/usr/bin/python3
"""Checks what `andon check` says of wrong configurations.

    check.py ANDON [--write]   for each NAME.expected beside this file: runs `andon check` on
                               NAME.yaml or the folder NAME and compares what it says
"""

import difflib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    andon = os.path.abspath(sys.argv[1])
    write = "--write" in sys.argv[2:]
    cases = sorted(HERE.glob("*.expected"))
    failed = 0
    for expected in cases:
        target = expected.stem if (HERE / expected.stem).is_dir() else expected.stem + ".yaml"
        ran = subprocess.run([andon, "check", target], cwd=HERE, capture_output=True, text=True,
                             timeout=60, env={"PATH": "/usr/bin:/bin"})
        if write:
            expected.write_text(ran.stderr)
            continue
        wanted = expected.read_text()
        if ran.returncode == 1 and ran.stdout == "" and ran.stderr == wanted:
            continue
        failed += 1
        print(f"{target}: exit status {ran.returncode}, wanted 1")
        sys.stdout.writelines(difflib.unified_diff(
            wanted.splitlines(True), ran.stderr.splitlines(True), "wanted", "said"))
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
