"""Runs every command of README.md and docs/*.md in a scratch folder, so that they cannot drift.

Commands are the lines of fenced sh blocks, and code spans that begin with one of our programs or scripts; in a row of a
table of commands, spans after the first are commands of the same program. commands.rules says what is changed before.
Flags that a span names must be those of some program.

Usage: commands_test.py BIN [DOCUMENT...]   (from the repository root; default: README.md docs/*.md)
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM = re.compile(r"(paceline(-\w+)?|deploy/\S+\.sh|tests/\S+\.sh|cmake|ctest|PACELINE_\w+=\S+)(\s|$)")
HERE = os.path.dirname(os.path.abspath(__file__))
WAIT_SECONDS = 60


class Rules:
    def __init__(self, path):
        self.rules = []
        for line in open(path, encoding="utf-8"):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            kind, rest = line.split(" ", 1)
            pattern, text = rest.split(" =>", 1)
            self.rules.append((kind, re.compile(pattern), text.strip(), [0]))

    def apply(self, command):
        """(command to run, reason to skip it or None, file to wait for or None)"""
        skip = wait = None
        for kind, pattern, text, uses in self.rules:
            if not pattern.search(command):
                continue
            uses[0] += 1
            if kind == "skip":
                skip = text
                break
            if kind == "replace":
                command = pattern.sub(text, command)
            elif kind == "append":
                command += " " + text
            elif kind == "background":
                wait = text
            else:
                raise ValueError(f"commands.rules: no such kind of rule: {kind}")
        return command, skip, wait

    def unused(self):
        return [pattern.pattern for _, pattern, _, uses in self.rules if not uses[0]]


def commands_of_block(lines):
    text = "\n".join(re.sub(r"(^|\s+)#.*$", "", line) for _, line in lines)
    number = lines[0][0] if lines else 0
    for line in re.sub(r"\\\n\s*", " ", text).split("\n"):
        if line.strip():
            yield number, line.strip()


def commands_of_line(number, line):
    for cell in re.split(r"(?<!\\)\|", line) if line.startswith("|") else [line]:
        program = None
        for span in re.findall(r"`([^`]+)`", cell):
            if PROGRAM.match(span) and " " in span or re.match(r"\S+\.sh$", span) and PROGRAM.match(span):
                program = span.split()[0]
                yield number, span
            elif program == "paceline" and line.startswith("|") and re.match(r"[a-z]+( |$)", span):
                yield number, "paceline " + span


def commands(path):
    block = None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("```"):
            if block is None:
                block = (line[3:].strip(), [])
            else:
                if block[0] == "sh":
                    yield from commands_of_block(block[1])
                block = None
        elif block is not None:
            block[1].append((number, line))
        else:
            yield from commands_of_line(number, line)


def flags(path):
    text = re.sub(r"```.*?```", "", open(path, encoding="utf-8").read(), flags=re.S)
    for span in re.findall(r"`([^`]+)`", text):
        yield from re.findall(r"(?:^|\s)(--[a-z][a-z-]+)", span)


class Scratch:
    """A folder in which the repository's files seem to lie, with the programs on PATH."""

    def __init__(self, root, programs):
        self.folder = tempfile.mkdtemp(prefix="paceline-docs-")
        for name in ("configs", "docs"):
            shutil.copytree(os.path.join(root, name), os.path.join(self.folder, name))
        os.makedirs(os.path.join(self.folder, "golden"))
        os.makedirs(os.path.join(self.folder, "build"))
        build = os.path.dirname(os.path.abspath(programs))
        os.symlink(build, os.path.join(self.folder, "build", "release"))
        self.env = dict(os.environ, PATH=os.path.abspath(programs) + ":" + os.environ["PATH"])
        self.background = []

    def shell(self, command):
        exported = re.match(r"export (\w+)=(.*)$", command)
        if exported:
            value = subprocess.run(["bash", "-c", "echo -n " + exported[2]], cwd=self.folder, env=self.env,
                                   capture_output=True, text=True, check=True)
            self.env[exported[1]] = value.stdout
            return 0, ""
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        return done.returncode, done.stdout

    def start(self, command, wait_for):
        log = open(os.path.join(self.folder, f"background-{len(self.background)}.log"), "w", encoding="utf-8")
        process = subprocess.Popen(["bash", "-c", "exec " + command], cwd=self.folder, env=self.env, stdout=log,
                                   stderr=subprocess.STDOUT)
        self.background.append(process)
        end = time.monotonic() + WAIT_SECONDS
        while process.poll() is None and time.monotonic() < end:
            if os.path.exists(os.path.join(self.folder, wait_for)):
                return 0, ""
            time.sleep(0.02)
        return 1, open(log.name, encoding="utf-8").read()

    def stop_last(self):
        process = self.background.pop()
        process.terminate()
        process.wait()

    def close(self):
        for process in reversed(self.background):
            process.terminate()
        for process in self.background:
            process.wait()
        shutil.rmtree(self.folder)


def prepare(scratch):
    """The job that the documents speak of, and one that stays where it is, on a coordinator of their own; an evaluation."""
    for command in ("paceline-coordinator --data first --listen 127.0.0.1:0 --trace first.jsonl",
                    "paceline-worker --coordinator $(cat first/address) --threads 1"):
        code, output = scratch.start(command, "first/address")
        if code:
            sys.exit(f"cannot start {command}:\n{output}")
    check(scratch, "build/release/tests/sample_evaluation evaluation")
    first_steps = ("export PACELINE_COORDINATOR=$(cat first/address)",
                   "paceline submit configs/fashion-mlp.yaml --set outer.steps=2 --set estimator.particles=4 "
                   "--set estimator.block=2", "paceline watch fashion-mlp")
    last_steps = ("paceline submit configs/quadratic.yaml --set name=endless",)
    for command in first_steps:
        check(scratch, command)
    scratch.stop_last()  # so that the next job costs nothing
    for command in last_steps:
        check(scratch, command)


def check(scratch, command):
    code, output = scratch.shell(command)
    if code:
        sys.exit(f"cannot {command}:\n{output}")


def run_all(documents, scratch, rules):
    ran, skipped, failed, seen = 0, 0, [], set()
    for document in documents:
        for line, command in commands(document):
            changed, skip, wait = rules.apply(command)
            if skip:
                skipped += 1
                print(f"{document}:{line}: {command}\n    not run: {skip}")
                continue
            if changed in seen and not wait:
                continue
            seen.add(changed)
            started = time.monotonic()
            code, output = scratch.start(changed, wait) if wait else scratch.shell(changed)
            ran += 1
            as_what = "" if changed == command else f"\n    as: {changed}"
            print(f"{document}:{line}: {command}{as_what}\n    {time.monotonic() - started:.1f} s", flush=True)
            if code:
                failed.append(f"{document}:{line}: {command}{as_what}\n    exit status {code}\n{output}")
    print(f"{ran} commands run, {skipped} not run, {len(failed)} failed")
    return failed


def unknown_flags(documents, root, programs):
    known = ""
    for program in sorted(glob.glob(os.path.join(programs, "paceline*"))):
        known += subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    commands_known = re.findall(r"^  ([a-z]+)  ", known, flags=re.M)
    helps = [[command] for command in sorted(set(commands_known))] + [["evaluate", "--coordinator", "127.0.0.1:7700"]]
    helps += [["tokens", command] for command in ("issue", "list", "revoke")]
    helps += [["certs", command] for command in ("init", "issue", "renew", "revoke", "list")]
    for words in helps:
        known += subprocess.run([os.path.join(programs, "paceline"), *words, "--help"], capture_output=True, text=True,
                                check=False).stdout
    for script in glob.glob(os.path.join(root, "deploy/*.sh")) + glob.glob(os.path.join(root, "tests/**/*.sh"),
                                                                          recursive=True):
        known += open(script, encoding="utf-8").read()
    known_flags = set(re.findall(r"--[a-z][a-z-]+", known)) | {"--install", "--preset", "--build", "--prefix", "--target"}
    return sorted({f"{document}: no program has {flag}" for document in documents for flag in flags(document)
                   if flag not in known_flags})


def main():
    root = os.getcwd()
    programs = os.path.abspath(sys.argv[1])
    documents = sys.argv[2:] or ["README.md"] + sorted(glob.glob("docs/*.md"))
    rules = Rules(os.path.join(HERE, "commands.rules"))
    scratch = Scratch(root, programs)
    try:
        prepare(scratch)
        failed = run_all(documents, scratch, rules)
    finally:
        scratch.close()
    failed += unknown_flags(documents, root, programs)
    if not sys.argv[2:]:
        failed += [f"commands.rules: nothing matches {pattern}" for pattern in rules.unused()]
    for failure in failed:
        print("FAILED " + failure)
    sys.exit(1 if failed else 0)


main()
