#!/usr/bin/env python3
"""Checks that every path which a comment, a page or a script of ours cites is in the repository. Part of tests/lint.sh.
Usage: tests/cited_paths.py
"""
import os
import re
import subprocess
import sys

ENDINGS = (".h", ".cc", ".cu", ".md", ".cmake", ".txt", ".sh", ".py", ".proto", ".yaml")
TOPS = "common|coordinator|worker|tests|docs|configs|deploy|proto|cmake|examples|reference"
PATH = re.compile(rf"(?<![\w./~$>}}-])((?:{TOPS})/[\w./-]*\w)(?![\w]*[*{{<$])")

STRING = re.compile(r'(?<!#include )"[^"]*"')  # files that a test makes, or misses on purpose


def exists(path, near):
    """Of the repository or of the citing file's folder; a pair of files may go by its name, `worker/optim/make`."""
    for base in ("", near, "proto/paceline/v1"):
        full = os.path.join(base, path)
        if os.path.exists(full) or any(os.path.isfile(full + ending) for ending in ENDINGS):
            return True
    return False


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], text=True, check=True,
                            capture_output=True).stdout.split("\n")
    faults = []
    for file in (file for file in listed if file.endswith(ENDINGS) and os.path.isfile(file)):
        code = file.endswith((".h", ".cc", ".cu"))
        for number, line in enumerate(open(file), 1):
            for path in PATH.findall(STRING.sub("", line) if code else line):
                if not exists(path, os.path.dirname(file)):
                    faults.append(f"{file}:{number}: there is no {path}")
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    return 1 if faults else 0


sys.exit(main())
