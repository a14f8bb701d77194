/**
 * Mean brightness from 0 to 1: facts alone, and the image goes on as it was.
 * @type {import('kuvaputki/step').StepFunction}
 */
export default function brightness({ channels, depth, data }, { facts }) {
  const colours = channels < 3 ? 1 : 3;
  let sum = 0;
  data.forEach((value, at) => {
    if (at % channels < colours) sum += value;
  });
  const most = depth === 16 ? 65_535 : 255;
  facts({ brightness: Number((sum / ((data.length / channels) * colours) / most).toFixed(3)) });
}
