import type { PreviewMaker, Transformer } from '../../transform/contract.ts';

export type Maker = Transformer & PreviewMaker;
type ClosableMaker = Maker & { close(): Promise<void> };

/** Milliseconds without work after which the decoder's process is ended; the next picture starts another one. */
const idleFor = 60_000;

/** A decoder that is there only as long as somebody looks: a pipeline that nobody looks at keeps its memory. */
export function makerWhenNeeded(open: () => ClosableMaker, idle = idleFor): ClosableMaker {
  let maker: ClosableMaker | undefined;
  let working = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const end = async (): Promise<void> => {
    clearTimeout(timer);
    const ending = maker;
    maker = undefined;
    await ending?.close();
  };
  const using = async <T>(work: (maker: Maker) => Promise<T>): Promise<T> => {
    clearTimeout(timer);
    working += 1;
    try {
      return await work((maker ??= open()));
    } finally {
      working -= 1;
      if (working === 0 && !closed) timer = setTimeout(() => void end(), idle).unref();
    }
  };
  return {
    inspect: (bytes, signal) => using((one) => one.inspect(bytes, signal)),
    // It asks no process.
    weigh: (facts, recipe) => (maker ??= open()).weigh(facts, recipe),
    apply: (bytes, facts, recipe, signal) => using((one) => one.apply(bytes, facts, recipe, signal)),
    preview: (bytes, room, signal) => using((one) => one.preview(bytes, room, signal)),
    close: () => {
      closed = true;
      return end();
    },
  };
}
