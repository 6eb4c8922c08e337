# SPDX-License-Identifier: BSD-3-Clause
# browser.py - Chromium on the relay's page: what a person sees and presses, and what the browser
# asked the network for.
import json
import os
import shutil
import sys
import tempfile

from county import wait_until

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ModuleNotFoundError:
    if sys.executable == "/usr/bin/python3":
        raise
    # Another python3 stands before Debian's, whose package it does not see.
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

# A name that is not localhost: whoever comes by it has to sign in.
HOST = "relay.county"
PATIENCE_S = 15
FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
    --disable-dev-shm-usage --ignore-certificate-errors --hide-scrollbars --lang=zh-CN""".split()


class Browser:
    """A context manager: one browser with a profile of its own, which knows the relay alone."""

    def __init__(self, port, width=1280, height=800):
        self.address = f"https://{HOST}:{port}/"
        self.profile = tempfile.mkdtemp(prefix="browser-")
        self.said = []  # on the console
        self.asked = []  # addresses
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        rules = f"MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        for flag in FLAGS + [
            f"--user-data-dir={self.profile}",
            f"--host-resolver-rules={rules}",
            f"--window-size={width},{height}",
        ]:
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"intl.accept_languages": "zh-CN,zh"})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        try:
            self.driver = webdriver.Chrome(
                service=Service("/usr/bin/chromedriver"), options=options
            )
        except BaseException:
            shutil.rmtree(self.profile, ignore_errors=True)
            raise
        self.resize(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def resize(self, width, height):
        """Of the page itself, without the window's frame."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def open(self, path=""):
        self.driver.get(self.address + path)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def has(self, selector):
        return bool(self.all(selector))

    def text(self, selector):
        """What the first such element shows; "" where there is none."""
        script = "return document.querySelector(arguments[0])?.innerText ?? ''"
        return self.driver.execute_script(script, selector)

    def wait(self, selector, deadline_s=PATIENCE_S, text=""):
        """Until there is such an element with that text; returns what it shows."""

        def shown():
            script = (
                "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)"
            )
            found = [one for one in self.driver.execute_script(script, selector) if text in one]
            return found[0] + " " if found else None

        try:
            return wait_until(shown, deadline_s, f"no {selector} with {text!r}").strip()
        except TimeoutError as error:
            body = self.text("body")
            raise AssertionError(f"{error}; the page shows:\n{body}") from None

    def click(self, selector):
        def clicked():
            try:
                self.all(selector)[0].click()
                return True
            except (IndexError, StaleElementReferenceException):
                return False

        wait_until(clicked, PATIENCE_S, f"no {selector} to press")

    def type(self, selector, text):
        self.all(selector)[0].send_keys(text)

    def press(self, key):
        """A key, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(key)

    def shoot(self, path):
        self.driver.save_screenshot(path)

    def listen(self):
        """Takes over what was said on the console and asked of the network since."""
        for entry in self.driver.get_log("browser"):
            self.said.append(f"{entry['level']} {entry['message']}")
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
