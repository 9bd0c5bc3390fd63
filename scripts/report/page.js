// Makes the page's figures answer questions: step through a weave, replay a loop, compare two servers. Everything it
// shows is in the page's data block, and every control is made here: without script the page is whole and has none.
(() => {
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const NS_PER_MS = 1e6;
let ids = 0;

// --- Elements and words

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function draw(tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

function labelled(text, control) {
  control.id = `tool-${++ids}`;
  return make("div", {class: "field"}, make("label", {for: control.id}, text), control);
}

const choice = options => make("select", {}, ...options.map(([value, text]) => make("option", {value}, text)));
const range = () => make("input", {type: "range", min: "0", value: "0"});

function button(text, act) {
  const element = make("button", {type: "button"}, text);
  element.addEventListener("click", act);
  return element;
}

/** A box with a heading; what is inside is one group for screen readers. */
function toolBox(heading, explanation) {
  const title = make("h3", {id: `tool-${++ids}`}, heading);
  return make("div", {class: "tool box", role: "group", "aria-labelledby": title.id}, title, make("p", {}, explanation));
}

/** Before the command that makes the section again. */
function place(section, box) {
  const before = section.querySelector(":scope > .again");
  if (before) before.before(box); else section.append(box);
}

/** Three significant digits, as everywhere on the page. */
function number(value) {
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(3));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded.toLocaleString("en-US", {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

const ms = ns => number(ns / NS_PER_MS);
const listed = names => names.length < 2 ? names.join("")
  : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;

// --- Traces

const STATES = ["running", "ready", "waiting", "answered"];
const stateOf = state => state === "accept_queue" ? "ready" : state;

/** Spans of all requests with names for their fields, in order of time. */
function eventsOf(weave) {
  return weave.requests.flatMap((request, row) => request.spans.map(([state, op, lane, begin, end]) =>
    ({request, row, state, op, lane, begin, end}))).sort((a, b) => a.begin - b.begin || a.row - b.row);
}

const endOf = weave => Math.max(...weave.requests.map(request => request.spans.at(-1)[4]));

/** Names of the requests in each state at a time. */
function statesAt(weave, time) {
  const found = Object.fromEntries(STATES.map(state => [state, []]));
  for (const request of weave.requests) {
    const span = request.spans.find(([, , , , end]) => time < end);
    found[span ? stateOf(span[0]) : "answered"].push(request.name);
  }
  return found;
}

function inFlightAt(weave, time) {
  return weave.requests.filter(request => request.spans.find(([state]) => state === "running")?.[3] <= time
    && time < request.spans.at(-1)[4]).length;
}

function momentInWords(weave, time) {
  const states = statesAt(weave, time);
  const parts = STATES.filter(state => states[state].length).map(state => `${state}: ${listed(states[state])}`);
  return `At ${ms(time)} ms ${parts.join("; ")}.`;
}

function spanInWords(event) {
  const when = `from ${ms(event.begin)} to ${ms(event.end)} ms`;
  const took = `(${ms(event.end - event.begin)} ms)`;
  const name = event.request.name;
  if (event.state === "running") return `${name} is running on thread ${event.lane + 1} ${when} ${took}.`;
  if (event.state === "waiting") {
    const held = event.lane === null ? "no thread is held" : `it holds thread ${event.lane + 1}`;
    return `${name} is waiting for the ${event.op || "backend"} ${when} ${took}; ${held}.`;
  }
  const where = event.state === "accept_queue" ? " in the accept queue" : "";
  return `${name} is ready${where} ${when} ${took}: no thread runs it yet.`;
}

// --- Weave explorer

const LEFT = 24, AXIS = 34, HEAD = 18, ROW = 22, BAR = 17;

function weaveExplorer(section) {
  const box = toolBox("Explore the weave", "Choose a server, then step through what was recorded: move the slider with "
    + "the arrow keys, point at a slice, or keep to one request by its letter.");
  const model = choice(data.weaves.map((weave, index) => [index, weave.model]));
  const rows = choice([["both", "threads and requests"], ["lanes", "threads"], ["requests", "requests"]]);
  const slider = range();
  const letters = make("div", {class: "letters", role: "group", "aria-label": "Keep to one request"});
  const chart = make("div", {class: "chart"});
  const readout = make("output", {class: "readout"});
  box.append(make("div", {class: "controls"}, labelled("Server", model), labelled("Rows", rows)), letters, chart,
    labelled("Event", slider), readout);
  place(section, box);
  let weave, every, events, current, only, x;

  function highlight(request) {
    for (const slice of chart.querySelectorAll(".slice")) {
      const event = every[slice.dataset.event];
      slice.classList.toggle("dim", event.request !== request);
      slice.classList.toggle("now", event === current);
    }
  }

  function select(event) {
    if (!events.includes(event)) keepTo(null);
    current = event;
    slider.value = events.indexOf(event);
    readout.textContent = `${spanInWords(event)} ${momentInWords(weave, event.begin)}`;
    slider.setAttribute("aria-valuetext", readout.textContent);
    chart.querySelector(".cursor").setAttribute("transform", `translate(${x(event.begin)})`);
    highlight(event.request);
  }

  /** The slider's events become those of one request, or all. */
  function keepTo(request) {
    only = request;
    events = every.filter(event => !request || event.request === request);
    slider.max = events.length - 1;
    [...letters.children].forEach((letter, row) => letter.setAttribute("aria-pressed", weave.requests[row] === request));
  }

  function redraw() {
    const drawn = drawWeave(weave, every, rows.value, chart.clientWidth);
    chart.replaceChildren(drawn.picture);
    x = drawn.x;
    select(current);
  }

  function letterOf(request) {
    const letter = button(request.name, () => {
      keepTo(only === request ? null : request);
      select(events.find(event => event.request === request));
    });
    letter.prepend(swatch(request.colour, "running"));
    letter.addEventListener("focus", () => highlight(request));
    letter.addEventListener("blur", () => highlight(current.request));
    return letter;
  }

  function show() {
    weave = data.weaves[model.value];
    every = eventsOf(weave);
    current = every[0];
    letters.replaceChildren(...weave.requests.map(letterOf));
    keepTo(null);
    redraw();
  }

  chart.addEventListener("pointerover", ({target}) => {
    if (target.dataset.event) select(every[target.dataset.event]);
  });
  model.addEventListener("change", show);
  rows.addEventListener("change", redraw);
  slider.addEventListener("input", () => select(events[slider.value]));
  window.addEventListener("resize", redraw);
  show();
}

/** One picture of the requested width, a row per thread, per request, or both; and where a time is in it. */
function drawWeave(weave, events, rows, width) {
  const end = 1.02 * endOf(weave);
  const scale = (width - LEFT - 8) / end;
  const x = time => LEFT + time * scale;
  const bands = [{title: "threads", rows: [...Array(weave.lanes).keys()].map(lane => lane + 1), row: event => event.lane},
    {title: "requests", rows: weave.requests.map(request => request.name), row: event => event.row}];
  const shown = bands.filter((_, index) => rows === "both" || rows === ["lanes", "requests"][index]);
  const height = AXIS + shown.reduce((sum, band) => sum + HEAD + ROW * band.rows.length, 0);
  const picture = draw("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": `The weave of ${weave.model}; the slider below says each event in words`});
  picture.append(draw("defs", {}));
  picture.firstChild.append(...weave.requests.map((request, row) => hatch(request.colour, row)));
  const titles = [];
  let top = 0;
  for (const band of shown) {
    titles.push(draw("text", {x: 0, y: top + 13, class: "title"}, band.title));
    top += HEAD;
    band.rows.forEach((name, row) => picture.append(draw("text", {x: 0, y: top + ROW * row + 15}, name)));
    events.forEach((event, index) => {
      if (band.row(event) === null) return;
      const y = top + ROW * band.row(event) + (ROW - BAR) / 2;
      picture.append(slice(event, index, x(event.begin), y, (event.end - event.begin) * scale));
    });
    top += ROW * band.rows.length;
  }
  picture.append(draw("path", {class: "cursor", d: `M0 0V${top}`}), ...titles);
  drawAxis(picture, x, end, top, width);
  return {picture, x};
}

function slice(event, index, x, y, width) {
  const colour = event.request.colour;
  const looks = {running: {fill: colour, stroke: colour}, waiting: {fill: `url(#hatch-${event.row})`, stroke: colour}};
  const look = looks[event.state] ?? {fill: "transparent", stroke: colour, "stroke-dasharray": "1.5 2.5"};
  return draw("rect", {...look, x, y, width: Math.max(width, 0.5), height: BAR, class: "slice", "data-event": index});
}

function hatch(colour, row) {
  const pattern = draw("pattern", {id: `hatch-${row}`, width: 5, height: 5, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)"});
  pattern.append(draw("path", {d: "M1 0V5", stroke: colour, "stroke-width": 1.2}));
  return pattern;
}

function drawAxis(picture, x, end, top, width) {
  const rough = end / NS_PER_MS / (width / 90);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(value => value >= rough);
  for (let tick = 0; tick * NS_PER_MS <= end; tick += step) {
    const label = Number(tick.toPrecision(6));
    picture.append(draw("path", {class: "tick", d: `M${x(tick * NS_PER_MS)} ${top}v4`}),
      draw("text", {x: x(tick * NS_PER_MS), y: top + 16, "text-anchor": "middle"}, String(label)));
  }
  picture.append(draw("text", {x: width / 2, y: top + 31, "text-anchor": "middle"}, "time since sending [ms]"));
}

function swatch(colour, state) {
  const element = make("span", {class: `swatch ${state}`, "aria-hidden": "true"});
  element.style.setProperty("--colour", colour);
  return element;
}

// --- Loop replay

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");
const SLOWER = [20, 50, 100, 200, 500];

function loopReplay(section) {
  const loops = data.loops.map(name => data.weaves.find(weave => weave.model === name));
  const box = toolBox("Replay the loop", "What was recorded, slowed down. The thread runs one request at a time; the others "
    + "are ready (they could go on) or waiting (the backend has not answered).");
  const model = choice(loops.map((weave, index) => [index, weave.model]));
  const slower = choice(SLOWER.map(factor => [factor, `${factor} times slower`]));
  slower.value = "100";
  const speed = labelled("Speed", slower);
  const scrubber = range();
  const play = button("Play", () => playing ? stop() : start());
  const still = make("span", {}, "This browser asks for reduced motion: step instead of playing.");
  const stage = make("div", {class: "stage"});
  const readout = make("output", {class: "readout"});
  box.append(make("div", {class: "controls"}, labelled("Server", model), speed), make("div", {class: "controls"}, play,
    button("Step back", () => step(-1)), button("Step", () => step(1)), still), stage, labelled("Time", scrubber), readout);
  place(section, box);
  let weave, times, time, playing = 0, before;

  function show(now) {
    time = Math.min(Math.max(now, 0), times.at(-1));
    scrubber.value = time;
    const states = statesAt(weave, time);
    const inFlight = inFlightAt(weave, time);
    stage.replaceChildren(...["ready", "running", "waiting", "answered"].map(state => make("div", {class: "band"},
      make("span", {class: "band-name"}, state), ...states[state].map(name => make("span", {class: "chip"},
        swatch(weave.requests.find(request => request.name === name).colour, state), name)))));
    readout.textContent = `${momentInWords(weave, time)} In flight: ${inFlight}.`;
    scrubber.setAttribute("aria-valuetext", readout.textContent);
  }

  function frame(now) {
    show(time + (now - before) * NS_PER_MS / Number(slower.value));
    before = now;
    if (time >= times.at(-1)) stop(); else playing = requestAnimationFrame(frame);
  }

  function start() {
    if (time >= times.at(-1)) show(0);
    readout.setAttribute("aria-live", "off");  // sixty times a second is no news
    play.textContent = "Pause";
    playing = requestAnimationFrame(now => { before = now; frame(now); });
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "Play";
    readout.removeAttribute("aria-live");
  }

  function step(way) {
    stop();
    const next = way > 0 ? times.find(event => event > time) : times.findLast(event => event < time);
    show(next ?? time);
  }

  function load() {
    stop();
    weave = loops[model.value];
    times = [...new Set([0, ...eventsOf(weave).flatMap(event => [event.begin, event.end])])].sort((a, b) => a - b);
    scrubber.max = times.at(-1);
    scrubber.step = NS_PER_MS / 10;
    show(0);
  }

  function motion() {
    stop();
    play.hidden = speed.hidden = REDUCED.matches;
    still.hidden = !REDUCED.matches;
  }

  model.addEventListener("change", load);
  scrubber.addEventListener("input", () => { stop(); show(Number(scrubber.value)); });
  REDUCED.addEventListener("change", motion);
  load();
  motion();
}

// --- Compare two servers

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

// --- Where they go

const sectionOf = (...numbers) => numbers.map(number => document.getElementById(`s${number}`)).find(found => found);
if (data.weaves.length && sectionOf(3)) weaveExplorer(sectionOf(3));
if (data.loops.length && sectionOf(4)) loopReplay(sectionOf(4));
if (data.loads.length && sectionOf(1, 5)) comparison(sectionOf(1, 5));
})();
