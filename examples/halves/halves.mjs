/**
 * Cuts an image down the middle.
 * @type {import('kuvaputki/step').StepFunction}
 */
export default function halves(image) {
  const middle = Math.max(1, Math.floor(image.width / 2));
  return {
    images: {
      left: columns(image, 0, middle),
      right: columns(image, Math.min(middle, image.width - 1), image.width),
    },
  };
}

function columns({ width, height, channels, depth, data }, from, to) {
  const kept = new data.constructor((to - from) * height * channels);
  for (let y = 0; y < height; y += 1) {
    const row = data.subarray((y * width + from) * channels, (y * width + to) * channels);
    kept.set(row, y * (to - from) * channels);
  }
  return { width: to - from, height, channels, depth, data: kept };
}
