// What part of a picture a frame of 3 to 4 shows. Arithmetic alone: knows no canvas, no pointer and no key.

export const RATIO = 3 / 4;
const MOST_ZOOM = 6;

/** A frame over a picture; places in pixels of the picture. */
export class Crop {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    // The largest frame that fits, in the middle: a camera is pointed at the face.
    this.fullWidth = Math.min(width, height * RATIO);
    this.zoom = 1;
    this.x = width / 2;
    this.y = height / 2;
    this.settle();
  }

  /** The part that is shown: left, top, width, height. */
  get box() {
    const width = this.fullWidth / this.zoom;
    const height = width / RATIO;
    return { left: this.x - width / 2, top: this.y - height / 2, width, height };
  }

  /** Move the frame by parts of its own size. */
  move(dx, dy) {
    const { width, height } = this.box;
    this.x += dx * width;
    this.y += dy * height;
    this.settle();
  }

  /** Show more or less; above 1 less. */
  scale(factor) {
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), MOST_ZOOM);
    this.settle();
  }

  /** Back inside the picture. */
  settle() {
    const { width, height } = this.box;
    this.x = Math.min(Math.max(this.x, width / 2), this.width - width / 2);
    this.y = Math.min(Math.max(this.y, height / 2), this.height - height / 2);
  }
}
