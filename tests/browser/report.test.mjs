// The report as its readers meet it: from file://, on any width, in light and dark, printed, by keyboard, without script.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {accessibility, launch, open} from "./browser.mjs";

const WIDTHS = [360, 768, 1280, 1920];
const folder = mkdtempSync(join(tmpdir(), "interleave-pages-"));
// For people to look at, the newest of each: a test sees an overlap of text, not whether a figure teaches.
const screenshots = new URL("../../build/screenshots/", import.meta.url).pathname;
const SHOWN = ["full", "failures", "open_loop", "stall"];
let browser;
let files = [];
const variant = file => file.split("/").at(-2);
const full = () => files.find(file => variant(file) === "full");
const shot = (page, file, name) => page.screenshot({path: join(screenshots, `${variant(file)}-${name}.png`), fullPage: true});

before(async () => {
  const maker = new URL("make_pages.py", import.meta.url).pathname;
  files = execFileSync("/usr/bin/python3", [maker, folder], {encoding: "utf-8"}).trim().split("\n");
  mkdirSync(screenshots, {recursive: true});
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, {recursive: true, force: true});
});

async function withPage(file, options, look) {
  const page = await open(browser, file, options);
  try {
    await look(page);
    assert.deepEqual(page.problems, [], variant(file));
  } finally {
    await page.context().close();
  }
}

const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const textOf = page => page.evaluate(() => document.querySelector("main").textContent.replace(/\s+/g, " "));

test("every variant opens without a message or a request", async () => {
  assert.ok(files.length >= 8);
  for (const file of files) {
    await withPage(file, {}, async page => {
      assert.match(await page.title(), /^Interleave: /);
      assert.ok(await page.locator("main section").count() > 5);
    });
    assert.ok(statSync(file).size <= 3 << 20, `${variant(file)} is larger than 3 MB`);
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing in ${colorScheme}`, async () => {
    for (const file of files) {
      await withPage(file, {colorScheme}, async page => {
        // What is folded is looked at too.
        await page.evaluate(() => document.querySelectorAll("details").forEach(item => { item.open = true; }));
        assert.deepEqual(await accessibility(page), [], variant(file));
      });
    }
  });
}

test("no width scrolls the page sideways", async () => {
  for (const width of WIDTHS) {
    for (const file of files) {
      await withPage(file, {viewport: {width, height: 800}}, async page => {
        await page.evaluate(() => document.querySelectorAll("details").forEach(item => { item.open = true; }));
        assert.equal(await overflow(page), 0, `${variant(file)} at ${width} px`);
      });
    }
  }
});

test("without script the page says the same", async () => {
  for (const file of files) {
    let plain;
    await withPage(file, {javaScriptEnabled: false}, async page => {
      plain = await page.locator("main").textContent();
    });
    await withPage(file, {}, async page => {
      const scripted = await textOf(page);
      for (const heading of plain.matchAll(/\s([A-Z][^.?\n]*\?)\s/g)) assert.ok(scripted.includes(heading[1]));
      assert.ok(scripted.length >= plain.replace(/\s+/g, " ").length - 1, variant(file));
    });
  }
});

test("every figure and table is drawn at a size that can be read", async () => {
  await withPage(full(), {}, async page => {
    const figures = await page.locator("figure svg[role=img]").all();
    assert.ok(figures.length >= 4);
    for (const figure of figures) {
      const box = await figure.boundingBox();
      assert.ok(box.width > 400 && box.height > 150, JSON.stringify(box));
      assert.ok((await figure.locator("title").first().textContent()).length > 10);
      assert.ok((await figure.locator("desc").first().textContent()).length > 20);
    }
  });
});

test("no label of a figure is cut off by its edge", async () => {
  await withPage(full(), {}, async page => {
    const cut = await page.evaluate(() => [...document.querySelectorAll("figure svg[role=img]")].flatMap(svg => {
      const edge = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        return box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1
          || box.bottom > edge.bottom + 1;
      }).map(text => `${svg.closest("figure").id}: ${text.textContent}`);
    }));
    assert.deepEqual(cut, []);
  });
});

test("every control is reached by keyboard, in order, with a visible focus", async () => {
  await withPage(full(), {}, async page => {
    const expected = await page.evaluate(() => [...document.querySelectorAll(
      "a[href], summary, button, select, input, [tabindex='0']")].filter(item =>
      item.checkVisibility() && !item.disabled).length);
    const seen = await page.evaluate(() => document.activeElement === document.body);
    assert.ok(seen);
    for (let i = 0; i < expected; ++i) {
      await page.keyboard.press("Tab");
      const [tag, outline] = await page.evaluate(() => [document.activeElement.tagName,
        getComputedStyle(document.activeElement).outlineStyle]);
      assert.notEqual(tag, "BODY", `focus left the page after ${i} of ${expected} controls`);
      assert.notEqual(outline, "none", `${tag} shows no focus`);
    }
  });
});

test("a folded table opens by keyboard", async () => {
  await withPage(full(), {}, async page => {
    const details = page.locator("details").first();
    await details.locator("summary").focus();
    await page.keyboard.press("Enter");
    assert.ok(await details.evaluate(item => item.open));
  });
});

test("a link to a section leads there", async () => {
  const ids = readFileSync(full(), "utf-8").matchAll(/<section id="([^"]+)"/g);
  for (const [, id] of [...ids].slice(0, 4)) {
    await withPage(full(), {hash: `#${id}`}, async page => {
      const top = await page.locator(`#${id}`).evaluate(section => section.getBoundingClientRect().top);
      assert.ok(Math.abs(top) < 900, `${id} is ${top} px away`);
    });
  }
});

test("table cells hold the numbers of summary.json", async () => {
  const {cells} = JSON.parse(readFileSync(join(folder, "full", "summary.json"), "utf-8"));
  await withPage(full(), {}, async page => {
    const values = await page.evaluate(() => [...document.querySelectorAll("td data")].map(item => Number(item.value)));
    for (const cell of cells) {
      for (const number of [cell.throughput_rps.estimate, cell.latency_ms.p50?.estimate,
                            cell.cpu_us_per_request.estimate, cell.predicted.throughput_rps]) {
        if (number != null) assert.ok(values.includes(number), `${cell.model}: ${number}`);
      }
    }
  });
});

describe("for eyes and paper", () => {
  for (const [name, options] of Object.entries({
    light: {}, dark: {colorScheme: "dark"}, forced_colours: {forcedColors: "active"},
    reduced_motion: {reducedMotion: "reduce"}, phone: {viewport: {width: 360, height: 780}},
  })) {
    test(name, async () => {
      for (const file of files.filter(one => SHOWN.includes(variant(one)))) {
        await withPage(file, options, async page => {
          assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
          const [ink, paper] = await page.evaluate(() => [getComputedStyle(document.body).color,
            getComputedStyle(document.body).backgroundColor]);
          assert.notEqual(ink, paper);
          await shot(page, file, name);
        });
      }
    });
  }

  test("print opens every table and stays within 25 pages", async () => {
    for (const file of files.filter(one => SHOWN.includes(variant(one)))) {
      await withPage(file, {}, async page => {
        const pdf = await page.pdf({format: "A4", printBackground: true});
        writeFileSync(join(screenshots, `${variant(file)}-print.pdf`), pdf);
        const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g).length;
        assert.ok(pages <= 25, `${variant(file)}: ${pages} pages`);
        await page.emulateMedia({media: "print"});
        const hidden = await page.evaluate(() => [...document.querySelectorAll("details table")].filter(table =>
          !table.checkVisibility({contentVisibilityAuto: true})).length);
        assert.equal(hidden, 0);
        await shot(page, file, "print");
      });
    }
  });
});
