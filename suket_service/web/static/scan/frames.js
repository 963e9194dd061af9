// What of a picture is looked at, how large and how sharpened, before the decoder sees it. Runs in the worker,
// on the page and in Node alike: knows no camera, no decoder and no seal; the canvas is lent by the caller.

/**
 * A part of a picture, drawn at another size; `reach` is how far its sharpening looks, 0 is none.
 * @typedef {{x: number, y: number, width: number, height: number, toWidth: number, toHeight: number,
 *   reach: number}} Look
 * @typedef {{data: Uint8ClampedArray, width: number, height: number}} Pixels  RGBA, as ImageData has them
 */

const LONGEST_LIVE = 1280; // measured: whole frames with more only cost time, their middle shows the details
// The middle of a frame, somewhat enlarged; and the middle of that twice as large, for a symbol held too far away.
// How large, and how far and how strongly sharpened, was measured: benchmarks/README.md.
const MIDDLE = { side: 900, scale: 4 / 3, reach: 6 };
const NEAR_MIDDLE = { side: 480, scale: 2, reach: 9 };
const SHARPENING = 1.2;

// The long side of the reduced whole of a photograph: the usual one first, then what shows fine modules, then
// what calms a blurred or noisy one.
const WHOLE_SIDES = [1600, 3000, 1000];
const PHOTO_REACH = 6;
const TILE_SIDE = 2000;
const TILE_OVERLAP = 600; // wider than any symbol that only a tile shows
const SMALL_PHOTO = 2000; // below it nothing was lost by reducing, and doubling helps

/**
 * Where to look in the nth frame of a camera: plain and whole, or its middle enlarged and sharpened. In turn,
 * because each finds what the other cannot: the one a symbol at the edge, the other a small, blurred, shaken
 * or scratched one.
 * @returns {Look}
 */
export function liveLook(turn, width, height) {
  if (turn % 2 === 0) return wholeLook(width, height, LONGEST_LIVE, 0);
  return middleLook(width, height, turn % 4 === 1 ? MIDDLE : NEAR_MIDDLE);
}

function wholeLook(width, height, longest, reach) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const [toWidth, toHeight] = [Math.round(width * scale), Math.round(height * scale)];
  return { x: 0, y: 0, width, height, toWidth: Math.max(1, toWidth), toHeight: Math.max(1, toHeight), reach };
}

function middleLook(width, height, { side, scale, reach }) {
  const used = Math.min(side, width, height);
  const [x, y] = [Math.floor((width - used) / 2), Math.floor((height - used) / 2)];
  const to = Math.round(used * scale);
  return { x, y, width: used, height: used, toWidth: to, toHeight: to, reach };
}

/**
 * Where to look in a photograph, one after the other until a seal shows.
 * @returns {Look[]}
 */
export function photoLooks(width, height) {
  const longest = Math.max(width, height);
  const wholes = WHOLE_SIDES.filter((side, place) => place === 0 || side < longest);
  const looks = wholes.map((side) => wholeLook(width, height, side, 0));
  if (longest <= SMALL_PHOTO) return looks.concat(tiles(width, height, 2));
  looks.splice(2, 0, wholeLook(width, height, WHOLE_SIDES[1], PHOTO_REACH));
  return looks.concat(tiles(width, height, 1));
}

/** The whole in overlapping parts of at most TILE_SIDE drawn pixels, from the middle outwards. */
function tiles(width, height, scale) {
  const side = TILE_SIDE / scale;
  const step = side - TILE_OVERLAP / scale;
  const found = [];
  for (const y of starts(height, side, step)) {
    for (const x of starts(width, side, step)) {
      const [w, h] = [Math.min(side, width), Math.min(side, height)];
      found.push({ x, y, width: w, height: h, toWidth: w * scale, toHeight: h * scale, reach: PHOTO_REACH });
    }
  }
  const away = (tile) => Math.hypot(tile.x + tile.width / 2 - width / 2, tile.y + tile.height / 2 - height / 2);
  return found.sort((one, other) => away(one) - away(other));
}

function starts(length, side, step) {
  if (length <= side) return [0];
  const number = Math.ceil((length - side) / step);
  return Array.from({ length: number + 1 }, (_, place) => Math.round(((length - side) * place) / number));
}

/**
 * That part of a picture as pixels, drawn on a canvas of the page or of a worker.
 * @returns {ImageData}
 */
export function drawn(canvas, source, look) {
  canvas.width = look.toWidth;
  canvas.height = look.toHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  // A transparent picture would come out black on black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, look.toWidth, look.toHeight);
  const { x, y, width, height, toWidth, toHeight } = look;
  context.drawImage(source, x, y, width, height, 0, 0, toWidth, toHeight);
  return context.getImageData(0, 0, toWidth, toHeight);
}

/**
 * Make edges steeper, in place; the picture becomes grey. What a pixel differs from the mean of its
 * surroundings, `reach` pixels on every side, is added to it again, times SHARPENING.
 * @param {Pixels} pixels
 */
export function sharpen({ data, width, height }, reach) {
  const grey = greyOf(data);
  const rows = rowSums(grey, width, height, reach);
  const columns = new Uint32Array(width);
  const span = 2 * reach + 1;
  for (let y = -reach; y < reach; y++) addRow(columns, rows, width, clamp(y, height), 1);
  for (let y = 0; y < height; y++) {
    addRow(columns, rows, width, clamp(y + reach, height), 1);
    for (let x = 0, place = y * width; x < width; x++, place++) {
      const level = grey[place];
      // The array clamps and rounds by itself.
      data[4 * place] = level + SHARPENING * (level - columns[x] / (span * span));
      data[4 * place + 1] = data[4 * place + 2] = data[4 * place];
    }
    addRow(columns, rows, width, clamp(y - reach, height), -1);
  }
}

function greyOf(data) {
  const grey = new Uint8Array(data.length / 4);
  for (let place = 0, from = 0; place < grey.length; place++, from += 4) {
    grey[place] = (77 * data[from] + 150 * data[from + 1] + 29 * data[from + 2]) >> 8;
  }
  return grey;
}

/** For each pixel the sum of its row's levels from `reach` before it to as many after it. */
function rowSums(grey, width, height, reach) {
  const sums = new Uint16Array(grey.length);
  for (let y = 0; y < height; y++) {
    const begin = y * width;
    let sum = 0;
    for (let x = -reach; x < reach; x++) sum += grey[begin + clamp(x, width)];
    for (let x = 0; x < width; x++) {
      sum += grey[begin + clamp(x + reach, width)];
      sums[begin + x] = sum;
      sum -= grey[begin + clamp(x - reach, width)];
    }
  }
  return sums;
}

function addRow(columns, rows, width, y, sign) {
  const begin = y * width;
  for (let x = 0; x < width; x++) columns[x] += sign * rows[begin + x];
}

/** The nearest place inside: beyond its edge a picture goes on as it ended. */
function clamp(place, length) {
  return place < 0 ? 0 : place >= length ? length - 1 : place;
}
