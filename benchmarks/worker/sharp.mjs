// sharp, as its documentation shows it (a clone for each size) or as an expert writes it (one decode,
// each size from the one before, raw). One request a line, one measured response a line, as in
// serving.py.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { performance } from "node:perf_hooks";
import sharp from "sharp";

// Further options are the format's own.
const { mode, format = "webp", ...own } = JSON.parse(process.argv[2]);

function rule([, width, height, fit]) {
  return { width, height, fit, withoutEnlargement: true };
}

function encoded(picture, quality) {
  return picture.toFormat(format, { quality, ...own }).toBuffer();
}

async function clones(data, boxes, quality) {
  const original = sharp(data).autoOrient();
  return Promise.all(
    boxes.map((box) => encoded(original.clone().resize(rule(box)), quality)),
  );
}

async function cascade(data, boxes, quality) {
  const files = new Map();
  let source = sharp(data).autoOrient();
  for (const box of [...boxes].sort((one, other) => other[1] - one[1])) {
    const { data: pixels, info } = await source
      .resize(rule(box))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    files.set(box, encoded(sharp(pixels, { raw }), quality));
    source = sharp(pixels, { raw });
  }
  return Promise.all(boxes.map((box) => files.get(box)));
}

function peak() {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
}

const make = { clones, cascade }[mode];
for await (const line of createInterface({ input: process.stdin })) {
  const { file, boxes, quality, out } = JSON.parse(line);
  const data = readFileSync(file);
  const start = performance.now();
  const before = process.cpuUsage();
  const renditions = await make(data, boxes, quality);
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - start) / 1e3;
  if (out) renditions.forEach((bytes, at) => writeFileSync(`${out}/${boxes[at][0]}.${format}`, bytes));
  const files = renditions.map((bytes, at) => [boxes[at][0], format, bytes.length]);
  console.log(JSON.stringify({ wall, cpu: (user + system) / 1e6, peak: peak(), files }));
}
