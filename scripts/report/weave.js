// Sections 3 and 4: step through a weave, and replay how a loop served its requests.

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

// --- Where they go

if (data.weaves.length && sectionOf(3)) weaveExplorer(sectionOf(3));
if (data.loops.length && sectionOf(4)) loopReplay(sectionOf(4));
