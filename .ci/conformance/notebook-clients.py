"""Runs notebooks with nbclient, nbconvert and papermill, and looks at what came back."""

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

work = Path(sys.argv[1])
example = Path(sys.argv[2])
KERNEL = {"name": "adder", "display_name": "Java (Adder)", "language": "java"}


def check(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text(cell):
    return "".join(str(output) for output in cell.outputs)


def notebook(*sources):
    made = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return made


# nbclient: the example notebook of the repository, from first to last cell.
start = nbformat.read(example, as_version=4)
for cell in code_cells(start):
    cell.outputs = []
NotebookClient(start, timeout=300, kernel_name="adder").execute()
nbformat.validate(start)
errors = [o for cell in code_cells(start) for o in cell.outputs if o.output_type == "error"]
shown = {key for cell in code_cells(start) for o in cell.outputs if "data" in o for key in o.data}
check(not errors, errors)
check({"text/html", "application/vnd.plotly.v1+json"} <= shown, f"shown were only {shown}")
check("Mamba" in text(code_cells(start)[0]), "the first cell does not show the model")
print(f"nbclient: {len(code_cells(start))} cells of {example.name} ran; shown: {sorted(shown)}")

# nbclient: a failing cell ends the run with the error, and what was before it is kept.
failing = notebook("1 + 1", "int z = 1 / 0;", "3 + 3")
try:
    NotebookClient(failing, timeout=60, kernel_name="adder").execute()
    check(False, "a failing cell did not end the run")
except CellExecutionError as error:
    check("by zero" in str(error), error)
check("2" in text(failing.cells[0]) and not failing.cells[2].outputs, "cells around the failing one")
print("nbclient: a failing cell ended the run")

# nbclient: a cell over its limit is interrupted, and the next one runs in the same kernel.
slow = notebook("int kept = 7;", "while (true) {}", "kept")
client = NotebookClient(
    slow, timeout=10, kernel_name="adder", interrupt_on_timeout=True, allow_errors=True
)
client.execute()
check("nterrupt" in text(slow.cells[1]), f"the endless cell was not interrupted: {slow.cells[1]}")
check("7" in text(slow.cells[2]), f"the variable did not survive: {slow.cells}")
print("nbclient: an endless cell was interrupted, and its kernel went on")

# jupyter_client over Unix sockets, as Colab does it.
manager = KernelManager(kernel_name="adder", transport="ipc", ip=str(work / "socket"))
manager.start_kernel()
client = manager.client()
client.start_channels()
try:
    client.wait_for_ready(timeout=60)
    said = []
    client.execute_interactive("6 * 7", timeout=60, output_hook=said.append)
    check("42" in str(said), f"over Unix sockets the kernel said {said}")
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print("nbclient: the kernel answers over Unix sockets")

# nbconvert: a page, with tables and pictures in it.
page = work / "page.ipynb"
nbformat.write(
    notebook(
        'System.out.println("<printed>");',
        'Table.create("t", DoubleColumn.create("x", new double[] {1.5, 2.5}))',
        'display(42); System.err.println("to stderr");',
    ),
    page,
)
subprocess.run(
    [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", page, "--log-level=WARN"],
    check=True,
)
html = page.with_suffix(".html").read_text()
check("&lt;printed&gt;" in html, "nbconvert: the printed line is missing or not escaped")
check('class="dataframe"' in html and "2.5" in html, "nbconvert: the table is missing")
print("nbconvert: a page with text and a table")

# papermill: a notebook runs and is written after every cell.
given, written = work / "given.ipynb", work / "written.ipynb"
parameterized = notebook("int epochs = 1;", '"epochs " + epochs')
parameterized.cells[0].metadata["tags"] = ["parameters"]
nbformat.write(parameterized, given)
papermill.execute_notebook(given, written, progress_bar=False)
done = nbformat.read(written, as_version=4)
nbformat.validate(done)
check("epochs 1" in text(done.cells[-1]), done.cells[-1])
print("papermill: a notebook ran")

# papermill with parameters, which the package teaches it to write in Java.
papermill.execute_notebook(given, written, parameters={"epochs": 4}, progress_bar=False)
done = nbformat.read(written, as_version=4)
nbformat.validate(done)
check("epochs 4" in text(done.cells[-1]), done.cells[-1])
print("papermill: parameters were given in Java")
