#!/usr/bin/python3
"""Runs clang-tidy over the sources of a build's compile_commands.json, newest change first.

    tidy.py BUILD_DIR [--seconds N] [--jobs N] [PATH...]

A file that was found clean is not looked at again until it, a header that it includes, or
.clang-tidy changes: what is remembered is a hash of the preprocessed text. Files that --seconds left
no time for are counted and named, never called clean.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDY = "clang-tidy-14"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"), "andon", "tidy")


def commands(build):
    """Source path below the root -> (folder, compiler arguments), without those of CMake itself."""
    found = {}
    for entry in json.loads(pathlib.Path(build, "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(ROOT) and not path.is_relative_to(pathlib.Path(build).resolve()):
            arguments = shlex.split(entry["command"])
            found[str(path.relative_to(ROOT))] = (entry["directory"], arguments)
    return found


def newest_first(paths):
    """By the commit that touched each last; what is not committed comes first."""
    log = subprocess.run(["git", "-C", ROOT, "log", "--name-only", "--format="],
                         capture_output=True, text=True, check=False).stdout
    rank = {}
    for line in log.splitlines():
        rank.setdefault(line, len(rank))
    dirty = subprocess.run(["git", "-C", ROOT, "status", "--porcelain"],
                           capture_output=True, text=True, check=False).stdout
    for line in dirty.splitlines():
        rank[line[3:]] = -1
    return sorted(paths, key=lambda path: rank.get(path, len(rank)))


def digest(folder, arguments):
    """A hash of what the compiler sees; None when it sees an error."""
    preprocess = [part for part in arguments if part not in ("-c",)]
    if "-o" in preprocess:
        at = preprocess.index("-o")
        del preprocess[at:at + 2]
    while preprocess and not preprocess[0].endswith(("g++", "c++", "gcc", "cc", "clang++-14")):
        preprocess.pop(0)  # The compiler cache in front.
    done = subprocess.run(preprocess + ["-E", "-C"], cwd=folder, capture_output=True, check=False)
    if done.returncode != 0:
        return None
    rules = (ROOT / ".clang-tidy").read_bytes()
    # A clone elsewhere sees the same text.
    return hashlib.sha256(rules + done.stdout.replace(os.fsencode(ROOT), b"")).hexdigest()


def look(path, build, command, deadline):
    """Returns (path, "clean" | "left" | "bad"); what clang-tidy said is printed."""
    if time.monotonic() > deadline:
        return path, "left"
    seen = digest(*command)
    stamp = CACHE / seen if seen else None
    if stamp and stamp.exists():
        return path, "clean"
    # What gtest's macros expand to takes the path analyzer a minute a file, and in a benchmark's loop
    # it sees a variable that nobody reads; and a test need not be
    # fast.
    less = ["--checks=-clang-analyzer-*,-performance-*"] if path.endswith(("_test.cc", "_bench.cc")) else []
    try:
        done = subprocess.run([TIDY, "--quiet", *less, "-p", build, str(ROOT / path)],
                              capture_output=True, text=True, check=False,
                              timeout=max(1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return path, "left"
    if done.returncode != 0:
        print(f"{path}:\n{done.stdout}{done.stderr}", flush=True)
        return path, "bad"
    if stamp:
        stamp.touch()
    return path, "clean"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("build")
    options.add_argument("--seconds", type=float, default=600, help="time for all files (600)")
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("paths", nargs="*", help="only these files or folders")
    given = options.parse_intermixed_args()  # Paths may stand behind options.
    CACHE.mkdir(parents=True, exist_ok=True)
    found = commands(given.build)
    wanted = [path for path in newest_first(found)
              if not given.paths or any(path == p or path.startswith(p.rstrip("/") + "/")
                                        for p in given.paths)]
    deadline = time.monotonic() + given.seconds
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        jobs = [pool.submit(look, path, given.build, found[path], deadline) for path in wanted]
        results = [job.result() for job in jobs]
    bad = [path for path, said in results if said == "bad"]
    left = [path for path, said in results if said == "left"]
    print(f"clang-tidy: {len(wanted) - len(bad) - len(left)} of {len(wanted)} files clean, "
          f"{len(bad)} not, {len(left)} not looked at in {given.seconds:.0f} s")
    if left:
        print("  not looked at: " + " ".join(left))
    return 1 if bad or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
