"""The system's Chromium, without a window, and pages that remember every complaint of theirs."""
import os
import shutil
import sys

from playwright.sync_api import sync_playwright

SKIPPED = 77  # what ctest takes for it
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
TIMEOUT_MS = 20000
# What a browser says of answers that a test asks for on purpose.
EXPECTED = ("Failed to load resource: the server responded with a status of 4",
            "Failed to load resource: the server responded with a status of 503", "net::ERR_", "EventSource")


class Browser:
    def __init__(self):
        program = shutil.which("chromium")
        if not program:
            print("skipped: there is no chromium; run: deploy/setup.sh --tests", file=sys.stderr)
            sys.exit(SKIPPED)
        self.pages = {}
        self.playwright = sync_playwright().start()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.chromium = self.playwright.chromium.launch(executable_path=program, args=sandbox)

    def page(self, viewport=None, dark=False):
        """The page of these looks: one for all tests, as starting one costs a second. Another server's port is another
        origin, so that nothing of it is left there."""
        looks = (tuple((viewport or DESK).values()), dark)
        if looks not in self.pages:
            self.pages[looks] = self.new_page(viewport or DESK, dark)
        page = self.pages[looks]
        page.complaints = []
        page.requests = []
        return page

    def new_page(self, viewport, dark):
        context = self.chromium.new_context(viewport=viewport, color_scheme="dark" if dark else "light")
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("console", lambda message: message.type in ("error", "warning") and complain(page, message.text))
        page.on("pageerror", lambda error: page.complaints.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: (page.complaints.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: page.requests.append(request.url))
        return page

    def close(self):
        self.chromium.close()
        self.playwright.stop()


def complain(page, text):
    if not any(known in text for known in EXPECTED):
        page.complaints.append(text)
