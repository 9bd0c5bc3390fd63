// Compare two servers, beside the first section that has loads to choose from.

const MEASURES = [["throughput", "throughput [requests/s]"], ["p50", "latency, half within (p50) [ms]"],
  ["p99", "latency, 99 of 100 within (p99) [ms]"], ["cpu", "server CPU per request [µs]"], ["memory", "memory [MiB]"]];

function comparison(section) {
  const box = toolBox("Compare two servers", "Two cells of the same load side by side, with their 95 % intervals. "
    + "Intervals that overlap cannot be told apart: a careful rule, which rather misses a small difference than invents one.");
  box.id = "compare";
  const load = choice(data.loads.map((group, index) => [index, group.name]));
  const models = [choice([]), choice([])];
  const verdict = make("output", {class: "verdict"});
  const table = make("div", {class: "scroll", role: "region", tabindex: "0", "aria-label": "Comparison"});
  const notes = make("p", {class: "again"});
  const link = make("a", {}, "Link to this comparison");
  box.append(make("div", {class: "controls"}, labelled("Load", load), labelled("First", models[0]),
    labelled("Second", models[1])), verdict, table, notes, make("p", {class: "again"}, link));
  place(section, box);

  function show() {
    const group = data.loads[load.value];
    const [a, b] = models.map(model => group.cells.find(cell => cell.model === model.value));
    verdict.textContent = verdictOf(group, a, b);
    table.replaceChildren(comparisonTable(group, a, b));
    notes.textContent = remarks(a, b);
    link.href = `#compare=${[a.model, b.model, load.value].map(encodeURIComponent).join(",")}`;
  }

  function offer(first, second) {
    const {cells} = data.loads[load.value];
    const names = [...cells.filter(isOk), ...cells.filter(cell => !isOk(cell))].map(cell => cell.model);
    models.forEach((model, place) => {
      model.replaceChildren(...names.map(name => make("option", {value: name}, name)));
      const wanted = [first, second][place];
      model.value = names.includes(wanted) ? wanted : names[place];
    });
    show();
  }

  function follow() {
    const [, wanted] = location.hash.match(/^#compare=(.*)$/) ?? [];
    if (wanted === undefined) return;
    const [first, second, group] = wanted.split(",").map(text => { try { return decodeURIComponent(text); } catch { return ""; } });
    if (data.loads[group]?.cells) load.value = group;
    offer(first, second);
    box.scrollIntoView();
  }

  load.addEventListener("change", () => offer(models[0].value, models[1].value));
  for (const model of models) model.addEventListener("change", show);
  window.addEventListener("hashchange", follow);
  // The largest load of the first workload at which there is something to compare.
  load.value = Math.max(0, data.loads.findLastIndex(group => group.workload === data.loads[0].workload
    && group.cells.filter(isOk).length > 1));
  offer();
  follow();
}

const isOk = cell => cell.validity === "ok";

/** Why nothing may be concluded from two figures; empty where something may. */
function obstacle(a, b, key) {
  if (a === b) return "choose two different servers";
  const notOk = [a, b].filter(cell => !isOk(cell));
  if (notOk.length) {
    return notOk.map(cell => `${cell.model} is ${cell.validity} here${cell.why ? `: ${cell.why}` : ""}`).join("; ");
  }
  const without = [a, b].filter(cell => !cell[key]);
  if (without.length) return `${listed(without.map(cell => cell.model))} ${without.length > 1 ? "have" : "has"} no such figure`;
  if ([a, b].some(cell => cell[key][1] === null)) return "too few repetitions for an interval";
  return "";
}

function remarks(a, b) {
  const notes = [...new Set([a, b])].filter(cell => cell.note).map(cell => ` Latency of ${cell.model}: ${cell.note}.`);
  return `Range of the ratio: from the ends of both intervals.${notes.join("")}`;
}

const apart = ([, lowA, highA], [, lowB, highB]) => lowA > highB || lowB > highA;

/** Of closed loops by throughput; in an open loop the plan sets the throughput, so by p99. */
function verdictOf(group, a, b) {
  const [key, what, unit] = group.open ? ["p99", "p99 latency", "ms"] : ["throughput", "throughput", "requests/s"];
  const why = obstacle(a, b, key);
  if (why) return `Not judged: ${why}.`;
  const careful = a.indicative || b.indicative ? " Indicative: fewer than 6 repetitions." : "";
  const share = group.share ? " Each was offered that share of its own capacity." : "";
  const figures = `${number(a[key][0])} and ${number(b[key][0])} ${unit}`;
  if (!apart(a[key], b[key])) {
    return `${a.model} and ${b.model} cannot be told apart in ${what}: their intervals overlap (${figures}).${share}${careful}`;
  }
  return `${a.model} and ${b.model} differ in ${what}: ${figures}, a ratio of ${number(a[key][0] / b[key][0])}.`
    + `${share}${careful}`;
}

function comparisonTable(group, a, b) {
  const cells = (value, cell) => {
    if (!value) return [make("td", {class: "number"}, "–"), make("td", {}, "–")];
    const between = value[1] === null ? "too few repetitions" : `${number(value[1])} to ${number(value[2])}`;
    const mark = isOk(cell) ? "" : ` (${cell.validity})`;
    return [make("td", {class: "number"}, make("data", {value: value[0]}, number(value[0])), mark), make("td", {}, between)];
  };
  const head = ["figure", a.model, "95 % interval", b.model, "95 % interval", "ratio, first to second", "range of the ratio",
    "finding"];
  const body = MEASURES.map(([key, name]) => {
    const [first, second] = [a[key], b[key]];
    const both = first && second && second[0] > 0 && isOk(a) && isOk(b);
    const bounded = both && first[1] !== null && second[1] > 0;
    const given = group.open && key === "throughput" ? "set by the plan" : "";
    const why = given || obstacle(a, b, key);
    const finding = why ? (given || "not judged") : apart(first, second) ? "differs" : "cannot be told apart";
    return make("tr", {}, make("th", {scope: "row"}, name), ...cells(first, a), ...cells(second, b),
      make("td", {class: "number"}, both ? number(first[0] / second[0]) : "–"),
      make("td", {}, bounded ? `${number(first[1] / second[2])} to ${number(first[2] / second[1])}` : "–"),
      make("td", {}, finding));
  });
  return make("table", {}, make("caption", {}, group.name), make("thead", {}, make("tr", {}, ...head.map(text =>
    make("th", {scope: "col"}, text)))), make("tbody", {}, ...body));
}

if (data.loads.length && sectionOf(1, 5)) comparison(sectionOf(1, 5));
