const drawn = [];
const night = matchMedia("(prefers-color-scheme: dark)");
function colours() {
  return night.matches ? { ink: "#e4e9ee", line: "#34404c" } : { ink: "#1c2733", line: "#d9e0e7" };
}
function wrapped(text) {
  let line = 0;
  return text.split(" ").map((word) => {
    line += word.length + 1;
    if (line <= 60) return word;
    line = word.length + 1;
    return "<br>" + word;
  }).join(" ");
}
function draw(id, figure) {
  const { ink, line } = colours();
  const layout = Object.assign({ hovermode: "closest" }, figure.layout);
  delete layout.width;
  layout.autosize = true;
  layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
  layout.font = Object.assign({ family: "system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif", size: 13 }, layout.font, { color: ink });
  const title = Object.assign({}, layout.title, { text: wrapped((layout.title || {}).text || "") });
  layout.modebar = { bgcolor: "rgba(0,0,0,0)", color: line, activecolor: ink };
  layout.title = Object.assign({ x: 0, xref: "paper", xanchor: "left" }, title, { font: Object.assign({ size: 16 }, title.font) });
  layout.margin = Object.assign({ t: title.text ? 60 : 28, r: 24 }, layout.margin);
  for (const key of Object.keys(layout).filter((k) => /^[xy]axis\d*$/.test(k)).concat(["xaxis", "yaxis"])) {
    layout[key] = Object.assign({ automargin: true }, layout[key], { gridcolor: line, zerolinecolor: line, linecolor: line });
  }
  Plotly.newPlot(id, figure.data, layout, { displaylogo: false, responsive: true });
  drawn.push(id);
}
night.addEventListener("change", () => {
  const { ink, line } = colours();
  for (const id of drawn) {
    const change = { "font.color": ink, "modebar.color": line, "modebar.activecolor": ink };
    for (const key of Object.keys(document.getElementById(id).layout).filter((k) => /^[xy]axis\d*$/.test(k))) {
      change[key + ".gridcolor"] = change[key + ".zerolinecolor"] = change[key + ".linecolor"] = line;
    }
    Plotly.relayout(id, change);
  }
});
