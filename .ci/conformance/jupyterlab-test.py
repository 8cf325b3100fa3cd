"""Uses the kernel in JupyterLab as a person would, in a browser without a screen.

Usage: jupyterlab-test.py FOLDER, for a notebook, logs and screenshots. Takes the chromium of the
system, else the one that playwright fetches; says so and passes where there is neither.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
from playwright.sync_api import Error, expect, sync_playwright

work = Path(sys.argv[1]).absolute()
TOKEN = "conformance"


def browser_path():
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def start_lab(port):
    """JupyterLab on the work folder, with settings of its own."""
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "adder", "display_name": "Java (Adder)", "language": "java"}}
    )
    made.cells = [nbformat.v4.new_code_cell("")]
    nbformat.write(made, work / "lab.ipynb")
    lab = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root",
            f"--ServerApp.root_dir={work}", f"--IdentityProvider.token={TOKEN}",
            "--LabApp.news_url=None",
        ],
        stdout=open(work / "lab.log", "w"),
        stderr=subprocess.STDOUT,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(work / "config")},
    )
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", timeout=2)
            return lab
        except OSError:
            if lab.poll() is not None:
                break
            time.sleep(0.5)
    lab.kill()
    sys.exit("FAILED: JupyterLab did not start: " + (work / "lab.log").read_text()[-2000:])


class Notebook:
    """The open notebook, by what a person sees."""

    def __init__(self, page):
        self.page = page

    def cell(self, number):
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def type(self, number, code):
        editor = self.cell(number).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)

    def run(self, number, code):
        """JupyterLab drops a run that comes before it is connected: it is asked for again."""
        self.type(number, code)
        for _ in range(3):
            self.page.keyboard.press("Shift+Enter")
            try:
                expect(self.cell(number).locator(".jp-InputPrompt")).not_to_have_text(
                    "[ ]:", timeout=10_000
                )
                return
            except AssertionError:
                self.cell(number).locator(".cm-content").click()

    def prompt(self, number, text, seconds=60):
        expect(self.cell(number).locator(".jp-InputPrompt")).to_have_text(
            text, timeout=seconds * 1000
        )

    def output(self, number, text, seconds=60):
        expect(self.cell(number).locator(".jp-OutputArea")).to_contain_text(
            text, timeout=seconds * 1000
        )

    def take_completion(self, number, word, seconds=30):
        """A single completion is put in at once; of several, the word is chosen."""
        offered = self.page.locator(".jp-Completer-item", has_text=word)
        editor = self.cell(number).locator(".cm-content")
        end = time.monotonic() + seconds
        while word not in editor.inner_text() and time.monotonic() < end:
            if offered.count() and offered.first.is_visible():
                offered.first.click()
            time.sleep(0.1)
        expect(editor).to_contain_text(word)
        self.page.keyboard.press("Escape")

    def menu(self, menu, item):
        self.page.get_by_role("menuitem", name=menu, exact=True).first.click()
        self.page.locator(".lm-Menu-item", has_text=item).first.click()


def use(page, address):
    page.goto(address)
    notebook = Notebook(page)
    expect(notebook.cell(0)).to_be_visible(timeout=60_000)
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible(
        timeout=60_000
    )

    notebook.run(0, 'int kept = 7;\nSystem.out.println("printed");\nkept * 6')
    notebook.output(0, "printed")
    notebook.output(0, "42")
    notebook.prompt(0, "[1]:")
    print("JupyterLab: a cell was typed and run")

    notebook.run(1, 'Table.create("t", DoubleColumn.create("x", new double[] {1.5}))')
    expect(notebook.cell(1).locator("table.dataframe")).to_be_visible(timeout=30_000)
    print("JupyterLab: a table shows itself")

    notebook.type(2, '"text".toUpper')
    page.keyboard.press("Tab")
    notebook.take_completion(2, "toUpperCase(")
    print("JupyterLab: a name was completed")

    notebook.type(2, "Math.max(")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip")).to_contain_text("max(int a", timeout=30_000)
    page.screenshot(path=work / "inspection.png")
    page.keyboard.press("Escape")
    print("JupyterLab: Shift-Tab told what a method is")

    notebook.run(2, "var line = new Scanner(System.in).nextLine();\nline.length()")
    asked = page.locator("input.jp-Stdin-input")
    expect(asked).to_be_visible(timeout=30_000)
    asked.fill("five!")
    asked.press("Enter")
    notebook.output(2, "5")
    print("JupyterLab: a cell asked for a line and got it")

    notebook.run(2, "while (true) { Thread.onSpinWait(); }")
    notebook.prompt(2, "[*]:")
    notebook.type(3, '"never"')
    time.sleep(1)
    notebook.menu("Kernel", "Interrupt Kernel")
    notebook.output(2, "nterrupt", seconds=10)
    notebook.run(3, "kept + 1")
    notebook.output(3, "8", seconds=30)
    print("JupyterLab: an endless cell was interrupted and the kernel went on")

    notebook.run(4, "throw new IllegalStateException(\"on purpose\");")
    notebook.output(4, "on purpose")
    page.screenshot(path=work / "before-restart.png", full_page=True)

    notebook.menu("Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible(
        timeout=30_000
    )
    notebook.run(3, "kept + 1")
    notebook.output(3, "cannot find symbol", seconds=60)
    notebook.run(0, "int kept = 8;\nkept * 6")
    notebook.output(0, "48", seconds=30)
    print("JupyterLab: the kernel was restarted, without its variables")
    page.screenshot(path=work / "after-restart.png", full_page=True)


def main():
    work.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = browser_path()
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as missing:
            print(
                "SKIPPED JupyterLab: there is no browser. Install chromium, or let"
                f" \"playwright install chromium\" fetch one. ({str(missing).splitlines()[0]})"
            )
            return
        port = free_port()
        lab = start_lab(port)
        page = browser.new_page(viewport={"width": 1200, "height": 1100})
        try:
            use(page, f"http://127.0.0.1:{port}/lab/tree/lab.ipynb?token={TOKEN}")
        except (AssertionError, Error):
            page.screenshot(path=work / "failed.png", full_page=True)
            print(f"FAILED JupyterLab; what the page showed is in {work / 'failed.png'}")
            raise
        finally:
            browser.close()
            lab.terminate()
            lab.wait(20)


main()
