"""Opens report.html of the made-up evaluation, and a comparison, in headless Chromium: no word on the console, no request,
pictures light and dark that are not empty, nothing wider than the window. Without chromium it says so and is skipped.

Usage: browser_test.py BUILD [FOLDER]   (FOLDER: where the screenshots stay)
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

SKIPPED = 77
WIDTH = 1100


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def browse(browser, page, *flags):
    """What Chromium printed; the profile is thrown away."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-background-networking", "--enable-logging=stderr", "--v=0",
             f"--user-data-dir={profile}", *flags, "file://" + page],
            capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        sys.exit(f"{browser} ended with status {done.returncode}:\n{done.stderr}")
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def pixels(path):
    """Width, height and the set of bytes of an 8-bit RGB PNG's unfiltered data."""
    data, at, packed, size = open(path, "rb").read(), 8, b"", None
    while at < len(data):
        length, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        if kind == b"IHDR":
            size = int.from_bytes(data[at + 8:at + 12], "big"), int.from_bytes(data[at + 12:at + 16], "big")
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += length + 12
    return size, len(set(zlib.decompress(packed)))


def shot(browser, page, path, dark, height):
    """A screenshot must show something in many colours."""
    scheme = ["--blink-settings=preferredColorScheme=0", "--force-dark-mode"] if dark else []
    _, console = browse(browser, page, f"--window-size={WIDTH},{height}", f"--screenshot={path}", *scheme)
    size, colours = pixels(path)
    faults = [f"{page}: {line}" for line in console]
    if size != (WIDTH, height) or colours < 50:
        faults.append(f"{path}: {size}, {colours} different bytes")
    return faults


def with_probe(page, folder):
    """The page without its policy, with a script that writes down how wide it is and what is wider than the window."""
    text = open(page, encoding="utf-8").read()
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text).replace("<details>", "<details open>")
    script = ("<script>addEventListener('load',()=>{document.title='width '+document.documentElement.scrollWidth})"
              "</script>")
    path = os.path.join(folder, "probe.html")
    open(path, "w", encoding="utf-8").write(text.replace("</body>", script + "</body>"))
    return path


def width_faults(browser, page, folder):
    for width in (WIDTH, 540):
        dom, _ = browse(browser, with_probe(page, folder), f"--window-size={width},900", "--dump-dom")
        found = re.search(r"<title>width (\d+)</title>", dom)
        if not found or int(found[1]) > width:
            yield f"{page}: {found and found[1]} points wide in a window of {width}"


def main(build, folder):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        print("SKIPPED: no chromium here (apt-get install chromium); the report was not looked at in a browser")
        return SKIPPED
    for name, more in (("one", []), ("two", ["later"])):
        run(f"{build}/tests/sample_evaluation", f"{folder}/{name}", *more)
    run(f"{build}/bin/paceline", "report", f"{folder}/one")
    run(f"{build}/bin/paceline", "report", f"{folder}/one", f"{folder}/two", "--out", f"{folder}/compared", "--force")
    report, compared = f"{folder}/one/report.html", f"{folder}/compared/compare.html"
    faults = shot(browser, report, f"{folder}/light.png", False, 7600)
    faults += shot(browser, report, f"{folder}/dark.png", True, 7600)
    faults += shot(browser, compared, f"{folder}/compare.png", False, 3000)
    faults += width_faults(browser, report, folder)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        os.makedirs(sys.argv[2], exist_ok=True)
        sys.exit(main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])))
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(main(os.path.abspath(sys.argv[1]), scratch))
