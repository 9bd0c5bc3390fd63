// Our HdrHistogram encoding and text files against hdr-histogram-js, in both directions. Run by
// scripts/npm_test.sh tests/hdr; needs the program hdr-peer, by default of the release build.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import hdr from "hdr-histogram-js";

const PEER = process.env.HDR_PEER ?? fileURLToPath(new URL("../../build/release/bin/hdr-peer", import.meta.url));
const GOLDEN = "HISTFAAAAB542pNpmSzMwMDAxAABzFCaEUoz2X+AMIKZAEARAtM=";
const HIGHEST = 60e9;

// One answer of our program for each request.
function ours(requests) {
  const input = requests.map((request) => JSON.stringify(request)).join("\n") + "\n";
  const run = spawnSync(PEER, { input, encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 28 });
  assert.equal(run.status, 0, run.stderr || String(run.error));
  const answers = run.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(answers.length, requests.length);
  return answers;
}

// mulberry32, so that a failure can be repeated.
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// [value, count] pairs of every magnitude.
function recordings(seed) {
  const random = generator(seed);
  const pairs = [];
  for (let i = Math.floor(random() * 300); i >= 0; --i) {
    pairs.push([Math.floor(HIGHEST ** random()), 1 + Math.floor(2 ** (40 * random() ** 3))]);
  }
  return pairs;
}

function theirs(pairs, highestTrackableValue = HIGHEST) {
  const histogram = hdr.build({ bitBucketSize: 64, highestTrackableValue });
  for (const [value, count] of pairs) histogram.recordValueWithCount(value, count);
  return histogram;
}

const decoded = (text) => hdr.decodeFromCompressedBase64(text, 64);

// [lowest value, count] of each bin in use.
function bins(histogram) {
  const found = [];
  for (let i = 0; i < histogram.countsArrayLength; ++i) {
    const count = histogram.getCountAtIndex(i);
    if (count > 0) found.push([histogram.valueFromIndex(i), count]);
  }
  return found;
}

const cases = Array.from({ length: 300 }, (_, seed) => recordings(seed + 1));
const answers = ours(cases.map((record) => ({ record })));

test("the golden vector is 42, once, for both", () => {
  assert.deepEqual(bins(decoded(GOLDEN)), [[42, 1]]);
  const [answer] = ours([{ decode: GOLDEN }]);
  assert.deepEqual(answer.bins, [[42, 1]]);
  assert.deepEqual(bins(decoded(answer.hdr)), [[42, 1]]);
});

test("they read what we write, count by count", () => {
  for (const [i, answer] of answers.entries()) {
    const read = decoded(answer.hdr);
    assert.deepEqual(bins(read), answer.bins, `case ${i}`);
    assert.deepEqual(bins(read), bins(theirs(cases[i])), `case ${i}`);
    assert.equal(read.highestTrackableValue, HIGHEST);
  }
});

test("we read what they write, count by count", () => {
  // Also of histograms that grew by themselves, and of the ways they store counts.
  for (const highest of [HIGHEST, 2]) {
    const written = cases.map((pairs) => theirs(pairs, highest));
    const read = ours(written.map((histogram) => ({ decode: hdr.encodeIntoCompressedBase64(histogram) })));
    for (const [i, answer] of read.entries()) assert.deepEqual(answer.bins, bins(written[i]), `case ${i}`);
  }
});

test("percentiles are the same within one bucket", () => {
  for (const [i, answer] of answers.entries()) {
    const read = decoded(answer.hdr);
    for (const [percentile, value] of answer.percentiles) {
      const other = read.getValueAtPercentile(percentile);
      const bucket = read.sizeOfEquivalentValueRange(Math.max(value, other));
      assert.ok(Math.abs(value - other) <= bucket, `case ${i}: p${percentile} is ${value}, theirs ${other}`);
    }
  }
});

test("the percentile table is theirs, row by row", () => {
  const numbers = (text) => text.match(/[\d.]+/g).map(Number);
  for (const [i, answer] of answers.entries()) {
    const mine = answer.hgrm.split("\n");
    const other = decoded(answer.hdr).outputPercentileDistribution(5, 1e6).split("\n");
    assert.equal(mine.length, other.length, `case ${i}`);
    for (const [row, line] of mine.entries()) {
      if (line === other[row]) continue;
      // Half-way cases are rounded differently: the last digit, and the shape of the line, must do.
      assert.equal(line.replace(/\d/g, "0"), other[row].replace(/\d/g, "0"), `case ${i} row ${row}`);
      const theirNumbers = numbers(other[row]);
      for (const [at, number] of numbers(line).entries()) {
        assert.ok(Math.abs(number - theirNumbers[at]) <= 0.0101, `case ${i}: ${line} is not ${other[row]}`);
      }
    }
  }
});

test("they read our log: start, lengths, tags, counts", () => {
  const reader = new hdr.HistogramLogReader(answers[0].hlog, 64);
  const first = reader.nextIntervalHistogram();
  const second = reader.nextIntervalHistogram();
  assert.equal(reader.nextIntervalHistogram(), null);
  assert.equal(reader.startTimeSec, 1700000000.123);
  assert.deepEqual([first.startTimeStampMsec, first.endTimeStampMsec], [1700000000123, 1700000001123]);
  assert.deepEqual([second.startTimeStampMsec, second.endTimeStampMsec], [1700000001123, 1700000001623]);
  assert.deepEqual([first.tag, second.tag], ["NO TAG", "late"]);
  for (const interval of [first, second]) assert.deepEqual(bins(interval), answers[0].bins);
});
