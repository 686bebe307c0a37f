#!/usr/bin/python3
"""The README's first command, run as a person would, with kills."""

import os
import pathlib
import subprocess
import unittest

from harness import BIN

QUICKSTART = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "quickstart"


class Tour(unittest.TestCase):
    def test_the_quick_start_shows_every_request_once_through_kills(self):
        done = subprocess.run(
            [str(QUICKSTART), "--no-install", "--seconds", "8", "--kills", "5"], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "ANDON_BIN": str(BIN)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"every one of \d+ requests arrived once, through [5-9] kills")


if __name__ == "__main__":
    unittest.main(verbosity=2)
