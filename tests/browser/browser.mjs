// A headless Chromium and pages in it that note everything a reader must never see: console messages, errors, requests.
import {existsSync} from "node:fs";
import {pathToFileURL} from "node:url";

import axe from "axe-core";
import {chromium} from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export async function launch() {
  if (!existsSync(executablePath)) {
    throw new Error(`no Chromium at ${executablePath}: run scripts/install_deps.sh --dev, or set CHROMIUM`);
  }
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
           "--disable-background-networking", "--disable-component-update"],
  });
}

/** Opens a file; `page.problems` collects what went wrong from then on. */
export async function open(browser, file, {hash = "", ...options} = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  page.problems = [];
  const url = pathToFileURL(file).href;
  page.on("console", message => page.problems.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", error => page.problems.push(`error: ${error.message}`));
  page.on("request", request => {
    if (request.url().split("#")[0] !== url && !request.url().startsWith("blob:")) {
      page.problems.push(`request: ${request.url()}`);
    }
  });
  await page.goto(url + hash, {waitUntil: "load"});
  return page;
}

/** Findings of axe-core, one line each. */
export async function accessibility(page) {
  // The page's policy allows no foreign script; the debugger's connection is not bound by it.
  await page.evaluate(axe.source);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ["violations"]}));
  return violations.map(found => `${found.id}: ${found.help} (${found.nodes.map(node => node.target).join(", ")})`);
}
