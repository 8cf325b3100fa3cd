"""Runs a notebook with a real Jupyter client and looks at what came back."""

import sys

import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
for cell in notebook.cells:
    if cell.cell_type == "code":
        cell.outputs = []
NotebookClient(notebook, timeout=300, kernel_name="adder").execute()
nbformat.validate(notebook)
code = [cell for cell in notebook.cells if cell.cell_type == "code"]
errors = [o for cell in code for o in cell.outputs if o.output_type == "error"]
types = {key for cell in code for o in cell.outputs if "data" in o for key in o.data}
assert not errors, errors
assert "text/html" in types and "application/vnd.plotly.v1+json" in types, types
assert any("Mamba" in str(o) for o in code[0].outputs), code[0].outputs
print(f"{len(code)} cells ran with nbclient; shown: {sorted(types)}")
