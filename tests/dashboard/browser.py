"""The system's Chromium, without a window, and pages that remember every complaint of theirs."""
import os
import shutil
import sys

from playwright.sync_api import sync_playwright

SKIPPED = 77  # what ctest takes for it
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
# What a browser says of answers that a test asks for on purpose.
EXPECTED = ("Failed to load resource: the server responded with a status of 4", "net::ERR_", "EventSource")


class Browser:
    def __init__(self):
        program = shutil.which("chromium")
        if not program:
            print("skipped: there is no chromium; run: deploy/setup.sh --tests", file=sys.stderr)
            sys.exit(SKIPPED)
        self.playwright = sync_playwright().start()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.chromium = self.playwright.chromium.launch(executable_path=program, args=sandbox)

    def page(self, viewport=None, dark=False):
        """In a context of its own: no cookie or setting is left from another page."""
        context = self.chromium.new_context(viewport=viewport or DESK, color_scheme="dark" if dark else "light")
        page = context.new_page()
        page.set_default_timeout(20000)
        page.complaints = []
        page.on("console", lambda message: message.type in ("error", "warning") and complain(page, message.text))
        page.on("pageerror", lambda error: page.complaints.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: (page.complaints.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        return page

    def close(self):
        self.chromium.close()
        self.playwright.stop()


def complain(page, text):
    if not any(known in text for known in EXPECTED):
        page.complaints.append(text)
