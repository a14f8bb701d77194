/** What the frame and scan headers say (ITU-T T.81, B.2.2 and B.2.3), as far as entropy-coded data depend on it. */
import { Unable } from './unable.ts';

export interface FrameComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
  readonly quantisation: number;
  /** Blocks that scans of this component alone have. */
  readonly across: number;
  readonly down: number;
  /** Blocks with those that fill up the last MCU. */
  readonly stride: number;
  readonly rows: number;
}

export interface FrameHeader {
  readonly progressive: boolean;
  readonly components: readonly FrameComponent[];
  /** MCUs of scans with several components. */
  readonly mcusAcross: number;
  readonly mcusDown: number;
}

/** T.81, B.2.3. */
const mostBlocks = 10;

export interface ScanHeader {
  readonly components: readonly {
    readonly component: FrameComponent;
    readonly dc: number;
    readonly ac: number;
  }[];
  readonly start: number;
  readonly stop: number;
  readonly high: number;
  readonly low: number;
}

/** @param marker 0xc0, 0xc1 or 0xc2: Huffman-coded, baseline, extended or progressive */
export function readFrameHeader(marker: number, payload: Buffer): FrameHeader {
  if (payload.length < 6 || payload[0] !== 8) throw new Unable('it has not 8 bits a channel');
  const height = payload.readUInt16BE(1);
  const width = payload.readUInt16BE(3);
  const count = payload[5] ?? 0;
  if (width === 0 || height === 0 || payload.length !== 6 + 3 * count)
    throw new Unable('its frame header is unusual');
  if (count !== 1 && count !== 3 && count !== 4) throw new Unable(`it has ${count} components`);
  const raw = Array.from({ length: count }, (_, index) => {
    const [id = 0, sampling = 0, quantisation = 0] = payload.subarray(6 + 3 * index);
    return { id, horizontal: sampling >> 4, vertical: sampling & 15, quantisation };
  });
  const wide = Math.max(...raw.map(({ horizontal }) => horizontal));
  const tall = Math.max(...raw.map(({ vertical }) => vertical));
  if (
    raw.some((each) => each.horizontal < 1 || each.horizontal > 4 || each.vertical < 1 || each.vertical > 4)
  ) {
    throw new Unable('its sampling factors are unusual');
  }
  // Decoders have no way to enlarge 2 samples to 3.
  if (raw.some((each) => wide % each.horizontal !== 0 || tall % each.vertical !== 0)) {
    throw new Unable('its sampling factors are unusual');
  }
  if (new Set(raw.map(({ id }) => id)).size !== count) throw new Unable('two components have one number');
  const mcusAcross = Math.ceil(width / (8 * wide));
  const mcusDown = Math.ceil(height / (8 * tall));
  const components = raw.map((each) => ({
    ...each,
    across: Math.ceil(Math.ceil((width * each.horizontal) / wide) / 8),
    down: Math.ceil(Math.ceil((height * each.vertical) / tall) / 8),
    stride: mcusAcross * each.horizontal,
    rows: mcusDown * each.vertical,
  }));
  return { progressive: marker === 0xc2, components, mcusAcross, mcusDown };
}

export function readScanHeader(payload: Buffer, frame: FrameHeader): ScanHeader {
  const count = payload[0] ?? 0;
  if (count < 1 || count > 4 || payload.length !== 4 + 2 * count)
    throw new Unable('a scan header is damaged');
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, tables = 0] = payload.subarray(1 + 2 * index);
    const component = frame.components.find((each) => each.id === id);
    if (component === undefined) throw new Unable('a scan names a component that is not there');
    if (tables >> 4 > 3 || (tables & 15) > 3) throw new Unable('a scan names a table that cannot be');
    return { component, dc: tables >> 4, ac: tables & 15 };
  });
  if (new Set(components.map(({ component }) => component)).size !== count) {
    throw new Unable('a scan names a component twice');
  }
  const blocks = components.reduce(
    (sum, { component }) => sum + component.horizontal * component.vertical,
    0,
  );
  if (count > 1 && blocks > mostBlocks) throw new Unable('a scan has more than 10 blocks an MCU');
  const [start = 0, stop = 0, approximation = 0] = payload.subarray(1 + 2 * count);
  return { components, start, stop, high: approximation >> 4, low: approximation & 15 };
}
