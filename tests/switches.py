#!/usr/bin/env python3
"""Checks that no switch over an enumeration of ours has a `default:`, so that a new kind is a compiler's error wherever
it is forgotten. Part of tests/lint.sh.
Usage: tests/switches.py [FILES...]     all of ours by default
"""
import re
import subprocess
import sys

SWITCH = re.compile(r"\bswitch \(")
LITERAL = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'')
KIND = re.compile(r"^\s*case (?:v1::|(?:[A-Z]\w*::)+k[A-Z])", re.M)
DEFAULT = re.compile(r"^\s*default:", re.M)
INNER = re.compile(r"\{[^{}]*\}")


def body(text, start):
    """What stands between the braces of the switch at `start`, without what braces within it hold."""
    begin = end = text.index("{", start) + 1
    depth = 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    inside = text[begin:end - 1]
    while INNER.search(inside):
        inside = INNER.sub(lambda braces: "\n" * braces[0].count("\n"), inside)
    return inside


def faults(path):
    text = LITERAL.sub("''", open(path).read())
    for switch in SWITCH.finditer(text):
        inside = body(text, switch.end())
        if DEFAULT.search(inside) and KIND.search(inside):
            yield f"{path}:{text.count(chr(10), 0, switch.start()) + 1}: name every kind; this switch has a default:"


def main():
    files = sys.argv[1:] or subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cc", "*.cu"], text=True, check=True,
        capture_output=True).stdout.split()
    found = [fault for path in files for fault in faults(path)]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


sys.exit(main())
