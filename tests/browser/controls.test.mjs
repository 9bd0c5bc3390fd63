// The controls that the page's script makes: what they say is what the files hold, by keyboard, in any setting.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";

import {accessibility, launch, open} from "./browser.mjs";

const WIDTHS = [360, 768, 1280, 1920];
const VARIANTS = ["full", "one_model", "failures", "few_repetitions", "all_invalid", "no_trials", "open_loop", "stall"];
const folder = mkdtempSync(join(tmpdir(), "interleave-controls-"));
const pageOf = variant => join(folder, variant, "report.html");
const json = (variant, ...path) => JSON.parse(readFileSync(join(folder, variant, ...path), "utf-8"));
let browser;

before(async () => {
  const maker = new URL("make_pages.py", import.meta.url).pathname;
  execFileSync("/usr/bin/python3", [maker, folder, "--variants", ...VARIANTS]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, {recursive: true, force: true});
});

async function withPage(variant, options, look) {
  const page = await open(browser, pageOf(variant), options);
  try {
    await look(page);
    assert.deepEqual(page.problems, [], variant);
  } finally {
    await page.context().close();
  }
}

const tool = (page, heading) => page.getByRole("group", {name: heading});
const explorer = page => tool(page, "Explore the weave");
const replay = page => tool(page, "Replay the loop");
const compare = page => tool(page, "Compare two servers");
const readout = box => box.locator("output").textContent();
const ms = ns => ns === 0 ? "0" : Number((ns / 1e6).toPrecision(3)).toLocaleString("en-US",
  {minimumFractionDigits: Math.max(0, 2 - Math.floor(Math.log10(ns / 1e6)))});

test("without script there is no control", async () => {
  for (const variant of VARIANTS) {
    await withPage(variant, {javaScriptEnabled: false}, async page => {
      assert.equal(await page.locator("button, select, input, output, .tool").count(), 0);
    });
  }
});

test("each variant has the tools its files can feed", async () => {
  const counts = {full: 3, one_model: 2, failures: 3, few_repetitions: 1, all_invalid: 3, no_trials: 2, open_loop: 3, stall: 2};
  for (const [variant, count] of Object.entries(counts)) {
    await withPage(variant, {}, async page => assert.equal(await page.locator(".tool").count(), count, variant));
  }
});

test("the explorer's slider says every recorded event, by arrow keys", async () => {
  await withPage("full", {}, async page => {
    for (const model of ["single_threaded", "libuv_loop"]) {
      const spans = json("full", "weave", `${model}.json`).requests.flatMap(request => request.spans.map(span =>
        ({...span, name: request.name}))).sort((a, b) => a.begin_ns - b.begin_ns || a.name.localeCompare(b.name));
      await explorer(page).getByLabel("Server").selectOption({label: model});
      const slider = explorer(page).getByRole("slider", {name: "Event"});
      await slider.focus();
      for (const [index, span] of spans.entries()) {
        if (index) await page.keyboard.press("ArrowRight");
        const said = await readout(explorer(page));
        const state = span.state === "accept_queue" ? "ready" : span.state;
        assert.ok(said.startsWith(`${span.name} is ${state} `), said);
        assert.ok(said.includes(`from ${ms(span.begin_ns)} to ${ms(span.end_ns)} ms`), `${said}, not ${JSON.stringify(span)}`);
        if (span.lane !== null) assert.ok(said.includes(`thread ${span.lane + 1}`), said);
        assert.equal(await slider.getAttribute("aria-valuetext"), said);
      }
    }
  });
});

test("the explorer's moment in words is that of the trace", async () => {
  await withPage("full", {}, async page => {
    const {requests} = json("full", "weave", "libuv_loop.json");
    await explorer(page).getByLabel("Server").selectOption({label: "libuv_loop"});
    await explorer(page).getByRole("slider", {name: "Event"}).focus();
    await page.keyboard.press("End");
    const last = Math.max(...requests.flatMap(request => request.spans.map(span => span.begin_ns)));
    const answered = requests.filter(request => request.spans.every(span => span.end_ns <= last)).map(request => request.name);
    const list = `${answered.slice(0, -1).join(", ")} and ${answered.at(-1)}`;
    assert.match(await readout(explorer(page)), new RegExp(`At ${ms(last)} ms running: H; answered: ${list}\\.$`));
  });
});

test("a letter keeps the explorer to one request, and lights it in both views", async () => {
  await withPage("full", {}, async page => {
    const box = explorer(page);
    await box.getByRole("button", {name: "C"}).focus();
    await page.keyboard.press("Enter");
    assert.equal(await box.getByRole("button", {name: "C"}).getAttribute("aria-pressed"), "true");
    const spans = json("full", "weave", "single_threaded.json").requests[2].spans.length;
    assert.equal(Number(await box.getByRole("slider", {name: "Event"}).getAttribute("max")), spans - 1);
    const held = json("full", "weave", "single_threaded.json").requests[2].spans.filter(span => span.lane !== null).length;
    assert.equal(await box.locator(".slice:not(.dim)").count(), spans + held);
    await page.keyboard.press("Enter");
    assert.equal(await box.getByRole("button", {name: "C"}).getAttribute("aria-pressed"), "false");
  });
});

test("pointing at a slice says it; the view changes by keyboard", async () => {
  await withPage("full", {}, async page => {
    const box = explorer(page);
    await box.getByLabel("Rows").focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await box.getByLabel("Rows").inputValue(), "lanes");
    const {requests} = json("full", "weave", "single_threaded.json");
    const inLanes = requests.flatMap(request => request.spans).filter(span => span.lane !== null).length;
    assert.equal(await box.locator(".slice").count(), inLanes);
    await page.keyboard.press("ArrowDown");
    assert.equal(await box.locator(".slice").count(), requests.flatMap(request => request.spans).length);
    await box.locator(".slice").last().hover();
    assert.match(await readout(box), /^H is running on thread 1 from /);
  });
});

test("the replay steps through the recorded changes and back", async () => {
  await withPage("full", {}, async page => {
    const {requests} = json("full", "weave", "libuv_loop.json");
    const times = [...new Set(requests.flatMap(request => request.spans.flatMap(span => [span.begin_ns, span.end_ns])))]
      .sort((a, b) => a - b);
    const box = replay(page);
    await box.getByRole("button", {name: "Step", exact: true}).focus();
    for (const time of times.slice(1)) {
      await page.keyboard.press("Enter");
      const said = await readout(box);
      assert.ok(said.startsWith(`At ${ms(time)} ms `), `${said}, not ${time}`);
      const running = requests.filter(request => request.spans.some(span => span.state === "running" && span.begin_ns <= time
        && time < span.end_ns)).map(request => request.name);
      assert.equal(await box.locator(".chip:has(.running)").allTextContents().then(names => names.join()), running.join());
      const inFlight = requests.filter(request => request.spans.find(span => span.state === "running").begin_ns <= time
        && time < request.received_ns).length;
      assert.ok(said.endsWith(`In flight: ${inFlight}.`), said);
    }
    await box.getByRole("button", {name: "Step back"}).press("Enter");
    assert.ok((await readout(box)).startsWith(`At ${ms(times.at(-2))} ms `));
    await box.getByLabel("Time").press("Home");
    assert.ok((await readout(box)).startsWith("At 0 ms "));
  });
});

test("the replay plays to its end, pauses, and starts only when asked", async () => {
  await withPage("full", {}, async page => {
    const box = replay(page);
    const end = Number(await box.getByLabel("Time").getAttribute("max"));
    assert.equal(await box.getByLabel("Time").inputValue(), "0");
    await box.getByLabel("Speed").selectOption("500");
    await box.getByRole("button", {name: "Play"}).press("Enter");
    await page.waitForFunction(slider => slider.value > 0, await box.getByLabel("Time").elementHandle());
    await box.getByRole("button", {name: "Pause"}).press("Enter");
    const paused = Number(await box.getByLabel("Time").inputValue());
    await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    assert.equal(Number(await box.getByLabel("Time").inputValue()), paused);
    await box.getByLabel("Speed").selectOption("20");
    await box.getByRole("button", {name: "Play"}).press("Enter");
    await box.getByRole("button", {name: "Play"}).waitFor({timeout: 20_000});
    assert.ok(Math.abs(Number(await box.getByLabel("Time").inputValue()) - end) <= 1e5);
    assert.match(await readout(box), /answered: A, B, C, D, E, F, G and H\. In flight: 0\.$/);
  });
});

test("reduced motion: nothing plays, steps remain", async () => {
  await withPage("full", {reducedMotion: "reduce"}, async page => {
    assert.equal(await replay(page).getByRole("button", {name: "Play"}).count(), 0);
    assert.equal(await replay(page).getByLabel("Speed").count(), 1);
    assert.ok(!await replay(page).getByLabel("Speed").isVisible());
    await replay(page).getByRole("button", {name: "Step", exact: true}).press("Enter");
    assert.ok(!(await readout(replay(page))).startsWith("At 0 ms "));
    await page.emulateMedia({reducedMotion: "no-preference"});
    await replay(page).getByRole("button", {name: "Play"}).waitFor();
  });
});

test("the comparison's cells are those of summary.json, for every load", async () => {
  for (const variant of ["full", "failures", "open_loop"]) {
    const {cells} = json(variant, "summary.json");
    await withPage(variant, {}, async page => {
      const box = compare(page);
      const loads = await box.getByLabel("Load").locator("option").allTextContents();
      assert.equal(loads.length, variant === "open_loop" ? 4 : 3);
      for (const [index, name] of loads.entries()) {
        await box.getByLabel("Load").selectOption(String(index));
        const models = [await box.getByLabel("First").inputValue(), await box.getByLabel("Second").inputValue()];
        const pair = models.map(model => cells.find(({load, ...cell}) => cell.model === model && name.includes(cell.workload)
          && name.includes(load.rate_percent ? `, ${load.rate_percent}\u00a0%` : `, ${load.connections} connection`)));
        const expected = [cell => cell.throughput_rps, cell => cell.latency_ms.p50, cell => cell.latency_ms.p99,
          cell => cell.cpu_us_per_request, cell => cell.rss_mib].flatMap(figure => pair.map(figure))
          .filter(Boolean).map(figure => figure.estimate);
        assert.deepEqual((await box.locator("td data").evaluateAll(items => items.map(item => Number(item.value)))), expected,
          `${variant}: ${name}`);
      }
    });
  }
});

test("the verdict ranks what is apart, and never what is not ok", async () => {
  const verdict = async (variant, load) => {
    let said;
    await withPage(variant, {}, async page => {
      await compare(page).getByLabel("Load").selectOption(load);
      said = await readout(compare(page));
    });
    return said;
  };
  assert.match(await verdict("full", "2"), /^libuv_loop and single_threaded differ in throughput: .* a ratio of 2\d\d\.$/);
  assert.match(await verdict("full", "0"), /throughput/);
  assert.match(await verdict("failures", "1"), /^Not judged: libuv_loop is suspect here: the host took more than 2 %/);
  assert.match(await verdict("failures", "2"), /^Not judged: single_threaded is invalid here: the server ended/);
  assert.match(await verdict("few_repetitions", "2"), /Indicative: fewer than 6 repetitions\.$/);
  assert.match(await verdict("open_loop", "0"), /p99 latency: .*Each was offered that share of its own capacity\./);
  assert.match(await verdict("open_loop", "3"), /^Not judged: .* is suspect here: more was asked/);
  await withPage("failures", {}, async page => {
    await compare(page).getByLabel("Load").selectOption("1");
    const findings = await compare(page).locator("tbody td:last-child").allTextContents();
    assert.ok(findings.every(finding => finding === "not judged"), findings.join());
  });
});

test("what both servers lack is said of both", async () => {
  const file = join(folder, "open_loop", "without_p99.html");
  const whole = readFileSync(pageOf("open_loop"), "utf-8");
  writeFileSync(file, whole.replace(/(<script type="application\/json" id="data">)(.*?)(<\/script>)/, (_, start, text, end) => {
    const data = JSON.parse(text);
    for (const cell of data.loads[0].cells) cell.p99 = null;
    return start + JSON.stringify(data) + end;
  }));
  const page = await open(browser, file);
  await compare(page).getByLabel("Load").selectOption("0");
  assert.equal(await readout(compare(page)), "Not judged: libuv_loop and single_threaded have no such figure.");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("overlapping intervals cannot be told apart", async () => {
  const {cells} = json("full", "summary.json");
  const pair = ["libuv_loop", "single_threaded"].map(model => cells.find(cell => cell.model === model
    && cell.load.connections === 256));
  await withPage("full", {}, async page => {
    await compare(page).getByLabel("Load").selectOption("2");
    const rows = await compare(page).locator("tbody tr").all();
    const figures = [[0, cell => cell.throughput_rps], [3, cell => cell.cpu_us_per_request], [4, cell => cell.rss_mib]];
    for (const [row, figure] of figures) {
      const [a, b] = pair.map(figure);
      const apart = a.low > b.high || b.low > a.high;
      assert.equal(await rows[row].locator("td").last().textContent(), apart ? "differs" : "cannot be told apart");
    }
    await compare(page).getByLabel("Second").selectOption("libuv_loop");
    assert.equal(await readout(compare(page)), "Not judged: choose two different servers.");
  });
});

test("a link leads to a comparison; a wrong one harms nothing", async () => {
  await withPage("full", {hash: "#compare=single_threaded,libuv_loop,1"}, async page => {
    const box = compare(page);
    assert.equal(await box.getByLabel("Load").inputValue(), "1");
    assert.equal(await box.getByLabel("First").inputValue(), "single_threaded");
    assert.equal(await box.getByLabel("Second").inputValue(), "libuv_loop");
    assert.equal(await box.getByRole("link").getAttribute("href"), "#compare=single_threaded,libuv_loop,1");
    await box.getByLabel("Load").selectOption("0");
    await box.getByRole("link").press("Enter");
    assert.match(page.url(), /#compare=single_threaded,libuv_loop,0$/);
  });
  for (const hash of ["#compare=", "#compare=nobody,%E0%A4%A,length", "#compare=libuv_loop,<b>,99"]) {
    await withPage("full", {hash}, async page => assert.equal(await compare(page).locator("tbody tr").count(), 5));
  }
});

test("axe-core finds nothing with the controls in use, and no width scrolls sideways", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of WIDTHS) {
      await withPage("full", {colorScheme, viewport: {width, height: 800}}, async page => {
        await explorer(page).getByRole("button", {name: "D"}).press("Enter");
        await replay(page).getByRole("button", {name: "Step", exact: true}).press("Enter");
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
        for (const text of await explorer(page).locator("svg text").all()) {
          const box = await text.boundingBox();
          assert.ok(box.x >= 0 && box.x + box.width <= width, await text.textContent());
        }
        assert.deepEqual(await accessibility(page), [], `${colorScheme} at ${width} px`);
      });
    }
  }
});

test("paper has no controls", async () => {
  await withPage("full", {}, async page => {
    await page.emulateMedia({media: "print"});
    assert.ok(!await page.locator(".tool").first().isVisible());
  });
});
