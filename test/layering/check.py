#!/usr/bin/python3
"""Checks who includes whom: edges point up the table of modules only, a third-party header stays in
its module, nothing names a path of one machine, and the top level holds its few places.

    check.py [ROOT]       prints each violation as FILE:LINE: TEXT; exit status 1 when there is one
    check.py --self-test  plants each kind of violation in a folder of its own, and must find it
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# What each module may include besides itself. A folder that is not named here may not exist.
UP_TO_CONFIG = ("core/base", "core/event", "core/loop", "core/metrics", "core/config")
PLUGIN = UP_TO_CONFIG + ("core/plugin",)
PLUGIN_PARTS = PLUGIN + ("core/codec", "core/net", "core/http", "core/forward", "core/kafka")
PIPELINE = PLUGIN + ("core/net", "core/journal")
MODULES = {
    "core/base": (),
    "core/event": ("core/base",),
    "core/loop": ("core/base",),
    "core/metrics": ("core/base",),
    "core/config": ("core/base",),
    "core/plugin": UP_TO_CONFIG,
    "core/codec": PLUGIN,
    "core/net": ("core/base", "core/loop", "core/metrics", "core/config"),
    "core/http": ("core/base", "core/loop", "core/metrics", "core/config"),
    "core/kafka": ("core/base", "core/loop", "core/metrics", "core/config"),
    "core/forward": PLUGIN + ("core/net",),
    "core/journal": PLUGIN,
    "core/pipeline": PIPELINE,
    "core/rule": ("core/base", "core/event"),
    "core/trace": ("core/base", "core/event", "core/loop"),
    "core/control": ("core/base", "core/config", "core/net", "core/metrics", "core/plugin/registry.h",
                     "core/trace", "core/rule", "core/pipeline/supervisor.h"),
    "core/app": ("core",),
    "inputs": PLUGIN_PARTS,
    "filters": PLUGIN_PARTS + ("core/rule",),
    "outputs": PLUGIN_PARTS + ("core/trace",),
    "test": ("core", "inputs", "filters", "outputs"),
}

# Third-party headers, and the places that may include them (folders, or files by prefix).
THIRD_PARTY = {
    "uv.h": ("core/loop/uv_",),
    "yaml-cpp/": ("core/config",),
    "pcre2.h": ("core/codec",),
    "simdjson.h": ("core/codec",),
    "openssl/": ("core/net", "core/forward", "core/http"),
    "zstd.h": ("core/forward", "core/journal", "outputs/file", "outputs/elasticsearch"),
    "zlib.h": ("core/forward", "outputs/file", "outputs/elasticsearch"),
    "msgpack.h": ("core/event",),
    "xxhash.h": ("core/base", "inputs/forward", "inputs/tail", "outputs/forward"),
    "CLI/": ("core/app",),
    "fmt/": ("core", "inputs", "filters", "outputs"),
    "curl/": ("core/http",),
    "librdkafka/": ("core/kafka",),
    "benchmark/": (),
    "gtest/": (),
    "gmock/": (),
}
SYSTEM_FOLDERS = ("sys/", "linux/", "net/", "netinet/", "arpa/")
SYSTEM_HEADERS = frozenset(
    "assert dirent dlfcn endian errno execinfo fcntl fnmatch getopt glob grp immintrin inttypes libgen "
    "limits link malloc math netdb nmmintrin poll pthread pwd sched semaphore signal spawn stdint stdio "
    "stdlib string strings syslog termios time ucontext unistd utime wchar x86intrin emmintrin "
    "smmintrin tmmintrin wmmintrin arm_acle".split())

SOURCE = (".cc", ".h", ".c")
TEST_FILE = re.compile(r"_(test|fuzz|bench)\.cc$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# The odd classes keep this file from finding itself.
MACHINE_PATH = re.compile(r"(?<![\w.$}>~-])/(?:wor[k]|far[m]|hom[e]/\w+|roo[t]|User[s]/\w+|tmp/[b])/")
TOP_LEVEL = re.compile(
    r"CMakeLists\.txt|CMakePresets\.json|README\.md|LICENSE|core|inputs|filters|outputs|conf|deploy|test|\..*")


def within(path, places):
    """Whether `path` is one of `places` or below one; a place that ends in _ is a file's prefix."""
    return any(path == place or path.startswith(place if place[-1:] == "_" else place + "/")
               for place in places)


def module_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "core" else parts[0]


def home_of(path):
    """What a file may always include: its module; of a plugin or a control part, its own folder."""
    parts = path.split("/")
    deep = parts[0] in ("inputs", "filters", "outputs")
    return "/".join(parts[:2]) if deep or parts[0] == "core" else parts[0]


def project_include(path, header):
    """Why `path` may not include the project's `header`, or None."""
    module = module_of(path)
    if module not in MODULES:
        return f'"{module}" is no module: give it a place in test/layering/check.py'
    if "/" not in header:
        return f'"{header}" is not named from the root'
    allowed = MODULES[module] + (home_of(path),)
    if TEST_FILE.search(path):
        allowed += ("test/support",)
    if within(header, allowed):
        return None
    return f'{home_of(path)} may not include "{header}"'


def system_include(path, header):
    """Why `path` may not include <header>, or None."""
    is_test = bool(TEST_FILE.search(path)) or path.startswith("test/")
    for name, places in THIRD_PARTY.items():
        if header == name or (name.endswith("/") and header.startswith(name)):
            if is_test or within(path, places):
                return None
            return f"<{header}> stays in {' and '.join(places) or 'tests'}"
    if header.startswith(SYSTEM_FOLDERS) or "." not in header:
        return None
    if header.removesuffix(".h") in SYSTEM_HEADERS:
        return None
    return f"<{header}> belongs to no module: give it one in test/layering/check.py"


def check_source(path, lines):
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        check = project_include if found.group(1) == '"' else system_include
        problem = check(path, found.group(2))
        if problem:
            yield f"{path}:{number}: {problem}"


def check_text(path, lines):
    for number, line in enumerate(lines, 1):
        found = MACHINE_PATH.search(line)
        if found:
            yield f'{path}:{number}: "{found.group(0)}" is a path of one machine'


def project_files(root):
    """Tracked files and those that could be added; in a folder without git, all of them."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=False)
    if git.returncode == 0 and git.stdout:
        return sorted(set(git.stdout.splitlines()))
    base = pathlib.Path(root)
    return sorted(str(file.relative_to(base)) for file in base.rglob("*") if file.is_file())


def check(root):
    problems = []
    for path in project_files(root):
        top = path.split("/")[0]
        if not TOP_LEVEL.fullmatch(top):
            problems.append(f'{path}:1: "{top}" has no place at the top level')
        try:
            lines = pathlib.Path(root, path).read_text(encoding="utf-8").splitlines()
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # Test data may be any bytes; a deleted file may still be in the index.
        problems += check_text(path, lines)
        if path.endswith(SOURCE):
            problems += check_source(path, lines)
    return problems


PLANTED = {
    "core/base/a.h": '#include "core/event/tag.h"',
    "core/journal/b.cc": '#include "core/pipeline/router.h"',
    "core/net/c.cc": '#include "core/plugin/input.h"',
    "core/codec/c2.cc": '#include "core/net/tcp.h"',
    "inputs/tail/d.cc": '#include "inputs/syslog/framing.h"',
    "inputs/tail/e.cc": '#include "core/journal/journal.h"',
    "outputs/file/f.cc": '#include "core/pipeline/supervisor.h"',
    "filters/grep/g.cc": '#include "core/control/agent.h"',
    "filters/grep/g2.cc": "#include <pcre2.h>",
    "core/net/h.cc": "#include <uv.h>",
    "core/loop/h2.cc": "#include <uv.h>",
    "core/pipeline/i.cc": "  #  include <yaml-cpp/yaml.h>",
    "core/event/i2.cc": "#include <gtest/gtest.h>",
    "core/base/j.cc": "#include <unheard/of.h>",
    "core/base/k.cc": '#include "status.h"',
    "core/strange/l.cc": '#include "core/base/status.h"',
    "core/base/m_test.cc": '#include "core/pipeline/router.h"',
    "conf/n.yaml": "path: /hom" + "e/me/access.log",
    "deploy/o": "cd /wor" + "k/main",
    "surprise/p.md": "text",
}
CLEAN = {
    "core/base/a.h": '#include <vector>\n#include <sys/stat.h>\n#include "core/base/status.h"',
    "core/journal/b.cc": '#include "core/plugin/ack.h"\n#include <zstd.h>',
    "core/loop/uv_loop.cc": "#include <uv.h>",
    "core/app/andond_main.cc": '#include "core/pipeline/supervisor.h"\n#include <CLI/CLI.hpp>',
    "core/base/m_test.cc": '#include <gmock/gmock.h>\n#include "test/support/fake_loop.h"',
    "inputs/tail/d.cc": '#include "inputs/tail/lines.h"\n#include "core/codec/pattern.h"',
    "test/simulation/e.cc": '#include "core/pipeline/pipeline.h"\n#include "inputs/tail/lines.h"',
    "conf/n.yaml": "path: /var/log/apache2/access.log",
    "README.md": "text",
    ".ci/run": "text",
}


def plant(folder, files):
    for path, text in files.items():
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        plant(folder, PLANTED)
        found = [problem.split(":")[0] for problem in check(folder)]
    missed = sorted(set(PLANTED) - set(found))
    twice = sorted(path for path in set(found) if found.count(path) > 1)
    with tempfile.TemporaryDirectory() as folder:
        plant(folder, CLEAN)
        wrong = check(folder)
    for path in missed:
        print(f"planted, but not found: {path}: {PLANTED[path]}")
    for path in twice:
        print(f"found more than once: {path}")
    for problem in wrong:
        print(f"found where nothing is wrong: {problem}")
    print(f"layering self-test: {len(PLANTED)} planted, {len(PLANTED) - len(missed)} found")
    return 1 if missed or twice or wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = arguments[0] if arguments else str(pathlib.Path(__file__).resolve().parents[2])
    problems = check(root)
    for problem in problems:
        print(problem)
    print(f"layering: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
