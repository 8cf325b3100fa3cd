"""The same values in the Kotlin and in the JJava kernel, both from PyPI, through nbclient.

Usage: other-kernels.py FOLDER; run from the checkout after ./adder hosts, whose words it follows.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

work, checkout = Path(sys.argv[1]), Path.cwd()
descriptor = checkout / ".adder" / "adder.json"
os.environ["JDK_JAVA_OPTIONS"] = "--add-modules jdk.incubator.vector"
os.environ["JJAVA_CLASSPATH"] = f"{checkout}/kernel-config/target/lib/*:{checkout}/jjava/target/lib/*"
PLOTLY = "application/vnd.plotly.v1+json"


def run(kernel, *sources):
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": kernel, "display_name": kernel}})
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    try:
        NotebookClient(notebook, timeout=240, kernel_name=kernel, startup_timeout=120).execute()
    finally:
        nbformat.write(notebook, work / f"{kernel}.ipynb")
    nbformat.validate(notebook)
    return notebook.cells


def bundles(cell):
    return [output.data for output in cell.outputs if "data" in output]


def check(name, table, figure, model, progress):
    assert 'class="dataframe"' in bundles(table)[-1]["text/html"], table
    assert bundles(figure)[-1][PLOTLY]["data"], figure
    assert isinstance(bundles(figure)[-1][PLOTLY]["layout"], dict), figure
    assert "in_proj" in bundles(model)[-1]["text/html"], model
    # One display, which the last update has changed in its place.
    texts = [bundle["text/plain"] for bundle in bundles(progress)]
    assert len(texts) == 1 and "all done" in texts[0], progress
    print(f"{name}: a table, a figure, an adapted model and progress show themselves")


cells = run(
    "kotlin",
    f"%use @file[{descriptor}]",
    'Table.create("t", DoubleColumn.create("x", 1.5, 2.5))',
    "LossPlot.of(TrainingLog(\"main\", listOf(TrainingLog.Step(1, 0.7, 1e-3, 1.0, 1.0)), listOf()))",
    'Ssm.load("quick").lora().rank(2).on("in_proj").attach().parameters()',
    'val p = progress()\np.begin("work", 2)\np.advance(1, "half")\np.end("all done")',
)
check("Kotlin", *cells[1:])

cells = run(
    "java",
    "import dev.adder.*;\nimport dev.adder.report.*;\nimport dev.adder.training.*;\n"
    "import tech.tablesaw.api.*;\nimport static dev.adder.notebook.Notebook.progress;",
    'Table.create("t", DoubleColumn.create("x", new double[] {1.5, 2.5}))',
    "LossPlot.of(new TrainingLog(\"main\", List.of(new TrainingLog.Step(1, 0.7, 1e-3, 1, 1)), List.of()))",
    'Ssm.load("quick").lora().rank(2).on("in_proj").attach().parameters()',
    'var p = progress();\np.begin("work", 2);\np.advance(1, "half");\np.end("all done");',
)
check("JJava", *cells[1:])
