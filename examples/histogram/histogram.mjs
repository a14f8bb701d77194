/**
 * Draws how many pixels have each value of each channel.
 * @type {import('kuvaputki/step').StepFunction}
 */
export default function histogram({ channels, depth, data }) {
  const [width, height] = [256, 160];
  const colours = channels < 3 ? 1 : 3;
  const counts = Array.from({ length: colours }, () => new Uint32Array(width));
  data.forEach((value, at) => {
    const bins = counts[at % channels];
    if (bins !== undefined) bins[depth === 16 ? value >> 8 : value] += 1;
  });
  const most = Math.max(1, ...counts.flatMap((bins) => [...bins]));
  const drawn = new Uint8Array(width * height * colours).fill(255);
  counts.forEach((bins, channel) => {
    bins.forEach((count, x) => {
      const top = height - Math.round((count / most) * height);
      for (let y = top; y < height; y += 1) drawn[(y * width + x) * colours + channel] = 0;
    });
  });
  return { width, height, channels: colours, depth: 8, data: drawn };
}
