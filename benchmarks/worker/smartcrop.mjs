// Where smartcrop.js crops: reads jobs as lines of JSON, and writes a line for each. A job has the
// `path` of a picture and the sizes of `crops`; the response has the left and top of each crop.
import { createInterface } from "node:readline";
import sharp from "sharp";
import smartcrop from "smartcrop";

async function decoded(image, width, height) {
  const sized = width ? image.resize(width, height, { fit: "fill" }) : image;
  const { data, info } = await sized.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

const imageOperations = {
  open: async (path) => {
    const { width, height } = await sharp(path).metadata();
    return { path, width, height };
  },
  resample: async ({ path }, width, height) => ({ path, width: ~~width, height: ~~height }),
  getData: ({ path, width, height }) => decoded(sharp(path), width, height),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { path, crops } = JSON.parse(line);
  const places = [];
  for (const [width, height] of crops) {
    const { topCrop } = await smartcrop.crop(path, { width, height, minScale: 1, imageOperations });
    places.push([topCrop.x, topCrop.y]);
  }
  console.log(JSON.stringify({ "smartcrop.js": places }));
}
