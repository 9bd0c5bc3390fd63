// What the tools of the page share. Everything they show is in the page's data block, and every control is made here: without
// script the page is whole and has none. page.py joins the files of the script in one scope, this one first.

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

/** The first of these sections that the page has. */
const sectionOf = (...numbers) => numbers.map(number => document.getElementById(`s${number}`)).find(found => found);

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
