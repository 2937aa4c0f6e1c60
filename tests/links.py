#!/usr/bin/env python3
"""Checks that every #include "folder/file" of ours is of a target that the including file's target links, directly or
through public links, and that no libraries link one another in a circle. Part of tests/lint.sh.
Usage: tests/links.py LINKS     what cmake/Links.cmake wrote: build/<preset>/links.txt
"""
import os
import re
import subprocess
import sys

OBJECTS = re.compile(r"\$<TARGET_OBJECTS:(.*)>")
INCLUDE = re.compile(r'^#include "([\w./]+/[\w.]+)"', re.M)


class Target:
    def __init__(self, folder, sources, links, public):
        split = lambda text: [] if text.endswith("NOTFOUND") else text.split(";")
        self.folder, self.links, self.public = os.path.relpath(folder), split(links), split(public)
        self.parts = [part[1] for part in map(OBJECTS.fullmatch, split(sources)) if part]
        self.files = {os.path.relpath(os.path.join(folder, source)) for source in split(sources)}


def read_targets(path):
    rows = [line.rstrip("\n").split("\t") for line in open(path)]
    targets = {row[0]: Target(*row[1:]) for row in rows if row[0] != "lint"}
    for target in list(targets.values()):
        for part in target.parts:  # object libraries are their library's
            target.files |= targets.pop(part).files
    return targets


def reach(targets, links):
    """What is had by linking these: themselves and what they pass on."""
    found, waiting = set(), list(links)
    while waiting:
        link = waiting.pop()
        if link in targets and link not in found:
            found.add(link)
            waiting += targets[link].public
    return found


def owners(targets, path):
    """The targets with this file or the .cc of this header; else those of the nearest folder that has any. What tests
    compile of the product stays the product's."""
    if path.startswith("paceline/v1/"):
        return {"paceline_proto_grpc" if path.endswith(".grpc.pb.h") else "paceline_proto"}
    names = {path, os.path.splitext(path)[0] + ".cc"}
    found = {name for name, target in targets.items() if names & target.files and
             (path.startswith("tests/") or not target.folder.startswith("tests/"))}
    while not found and path:
        path = os.path.dirname(path)
        found = {name for name, target in targets.items() if target.folder == path}
    return found


def is_shared_test_text(targets, header):
    """A header of tests without a .cc is anyone's: there is nothing to link."""
    return header.startswith("tests/") and not any(
        os.path.splitext(header)[0] + ".cc" in target.files for target in targets.values())


def main(path):
    targets = read_targets(path)
    faults = [f"{name} links itself by way of what it links"
              for name, target in targets.items() if name in reach(targets, target.links)]
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cc", "*.cu"], text=True,
                            check=True, capture_output=True).stdout.split()
    for file in filter(os.path.isfile, listed):
        own = owners(targets, file)
        linked = own | {link for name in own for link in reach(targets, targets[name].links + targets[name].public)}
        for include in INCLUDE.findall(open(file).read()):
            if os.path.isfile(include) or include.startswith("paceline/v1/"):
                needed = owners(targets, include)
                if not needed & linked and not is_shared_test_text(targets, include):
                    faults.append(f"{file}: {include} is {' or '.join(sorted(needed))}'s, which "
                                  f"{' and '.join(sorted(own))} does not link")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


sys.exit(main(sys.argv[1]))
