"""A notebook of everything that is shown, as nbconvert's page and as a PDF of it, in which no script runs.

Usage: pages-test.py FOLDER, which takes the notebook, its pages, screenshots and the PDF.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from playwright.sync_api import Error, sync_playwright

work = Path(sys.argv[1]).absolute() / "pages"
work.mkdir(parents=True, exist_ok=True)
CELLS = [
    'System.out.println("plain output");\nSystem.err.println("to standard error");',
    "import tech.tablesaw.plotly.api.*;\n"
    'var runs = Table.create("runs", StringColumn.create("method", "LoRA", "SDT", "full"),'
    ' DoubleColumn.create("score", 0.91, 0.93, 0.925), DoubleColumn.create("loss", 0.3, 0.2, 0.25));\nruns',
    'VerticalBarPlot.create("Score by method", runs, "method", "score")',
    'BoxPlot.create("Losses", runs, "method", "loss")',
    'Scatter3DPlot.create("In space", runs, "score", "loss", "score")',
    r'latex("\\Delta W = \\frac{\\alpha}{r} B A")',
    'var p = progress();\np.begin("work", 3);\nfor (int i = 1; i <= 3; i++) { p.advance(i, "loss 0.5"); }\np.end("3 steps, loss 0.5");',
    'System.out.println("\\u001b[31mred\\u001b[0m and \\u001b[1mbold\\u001b[0m");',
    "int half(int n) {\n  return n / 0;\n}\nhalf(4)",
    'int wrong = "text";',
    'Ssm.load("quick").lora().rank(2).on("in_proj").attach().parameters()',
]


def check(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")


def browser_path():
    return next(
        (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name)), None
    )


notebook = nbformat.v4.new_notebook(
    metadata={"kernelspec": {"name": "adder", "display_name": "Java (Adder)", "language": "java"}}
)
notebook.cells = [nbformat.v4.new_markdown_cell("# Everything\n\nThe update is $\\Delta W = B A$.")]
notebook.cells += [nbformat.v4.new_code_cell(source) for source in CELLS]
given = work / "everything.ipynb"
nbformat.write(notebook, given)


def convert(*arguments):
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--log-level=WARN", *arguments],
        check=True,
        cwd=work,
        env={**os.environ, "ADDER_FIGURES": "static"},
    )


convert("--to", "notebook", "--execute", "--allow-errors", "--output", "ran.ipynb", str(given))
ran = nbformat.read(work / "ran.ipynb", as_version=4)
nbformat.validate(ran)
forms = [sorted(o.data) if "data" in o else o.output_type for cell in ran.cells[1:] for o in cell.outputs]
check(forms.count(["image/png", "text/plain"]) == 2, f"two pictures are wanted: {forms}")
space = ran.cells[5].outputs[0].data
check("no picture is drawn" in space["text/html"] and "no picture is drawn" in space["text/plain"], space)

for theme in ("light", "dark"):
    convert("--to", "html", f"--HTMLExporter.theme={theme}", "--output", f"{theme}.html", "ran.ipynb")
page = (work / "light.html").read_text()
check(page.count('src="data:image/png') == 2, "nbconvert: two pictures are wanted in the page")
check('class="dataframe"' in page and "0.925" in page, "nbconvert: the table is missing")
check("no picture is drawn" in page, "nbconvert: a figure without a picture is a blank")
check("3 steps, loss 0.5" in page, "nbconvert: the progress has not kept its last state")
check("by zero" in page and "incompatible types" in page, "nbconvert: the errors are missing")
check("\x1b" not in page, "nbconvert: escape codes are left in the page")
print("nbconvert: figures, tables, formulas, progress and errors stand in the page")

path = browser_path()
with sync_playwright() as playwright:
    try:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    except Error as missing:
        print(f"SKIPPED the PDF: there is no browser ({str(missing).splitlines()[0]})")
        sys.exit()
    for theme in ("light", "dark"):
        shown = browser.new_page(viewport={"width": 1000, "height": 1200}, color_scheme=theme)
        shown.goto((work / f"{theme}.html").as_uri())
        shown.wait_for_timeout(1500)
        blank = shown.eval_on_selector_all(
            "img", "images => images.filter(image => !image.complete || image.naturalWidth < 100).length"
        )
        check(blank == 0, f"nbconvert: {blank} pictures of the {theme} page are blank")
        shown.screenshot(path=work / f"{theme}.png", full_page=True)
        if theme == "light":
            shown.pdf(path=work / "light.pdf", print_background=True)
    browser.close()
check((work / "light.pdf").stat().st_size > 50_000, "nbconvert: the PDF is empty")
print("nbconvert: the page is a PDF")
