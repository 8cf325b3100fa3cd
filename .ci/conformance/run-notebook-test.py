"""Notebooks without a front end: what ./adder run-notebook writes is valid in nbformat's own eyes,
also where the given file is of an older format and the run is broken off.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat

work = Path(sys.argv[1]).absolute()
(work / "old.ipynb").write_text(
    r"""{"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [
  {"cell_type": "markdown", "metadata": {}, "source": ["# Old\n", "text"]},
  {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "int rows = 1;",
   "outputs": [], "execution_count": null},
  {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 9,
   "source": "System.err.println(rows);\ndisplay(Table.create(\"t\"));\nrows"},
  {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null,
   "source": "System.out.println(\"last\");\nThread.sleep(60_000);"}]}"""
)
ran = work / "ran.ipynb"
said = work / "ran.txt"
with open(said, "w") as output:
    process = subprocess.Popen(
        ["./adder", "run-notebook", work / "old.ipynb", "-o", ran, "-p", "rows=3", "--html"],
        stdout=output,
        stderr=subprocess.STDOUT,
        # A shell that put this script in the background has made it deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
for _ in range(600):
    if "cell 4 of 4" in said.read_text() or process.poll() is not None:
        break
    time.sleep(0.2)
time.sleep(3)
process.send_signal(signal.SIGINT)
code = process.wait(60)
assert code in (130, -signal.SIGINT), f"the code after Ctrl-C is {code}: {said.read_text()}"

notebook = nbformat.read(ran, as_version=4)
nbformat.validate(notebook)
assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5), notebook
cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
assert cells[1].source.endswith("rows = 3;"), cells[1]
types = [output.output_type for output in cells[2].outputs]
assert types == ["stream", "display_data", "execute_result"], cells[2]
assert cells[2].outputs[-1].data["text/plain"] == "3", cells[2]
assert cells[3].outputs[0].text == "last\n", cells[3]
assert cells[3].outputs[-1].output_type == "error", cells[3]
print("run-notebook: valid nbformat 4.5, broken off by Ctrl-C with all that was computed")
