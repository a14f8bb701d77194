/** Reads V8's CPU profiles (.cpuprofile): who was at work at each sample, and for how long. */
import { z } from 'zod';
import { type FindSource, sourceFinder } from './sources.ts';

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.int(),
        columnNumber: z.int(),
      }),
      children: z.array(z.int()).optional(),
    }),
  ),
  samples: z.array(z.int()),
  /** Microseconds since the sample before. */
  timeDeltas: z.array(z.number()),
});

export type CpuProfile = z.infer<typeof profileSchema>;

/** A function, as a profile names it. */
export interface Frame {
  readonly name: string;
  /** URL or path of its file; empty for what is no JavaScript. */
  readonly url: string;
  readonly line: number;
}

/** Time spent in one function itself, not in those that it calls. */
export interface SelfTime {
  readonly frame: Frame;
  /** From its caller outwards. */
  readonly callers: readonly Frame[];
  readonly milliseconds: number;
}

/** @throws ZodError when the text is no such profile */
export function parseProfile(text: string): CpuProfile {
  return profileSchema.parse(JSON.parse(text));
}

/** One entry for each function by the way it was come to, with its place in the source; idle time is left out. */
export function selfTimes(
  { nodes, samples, timeDeltas }: CpuProfile,
  findSource: FindSource = sourceFinder(),
): SelfTime[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const spent = new Map<number, number>();
  for (const [at, id] of samples.entries()) {
    // A sample stands for the time until the next one, as the profiler's own tools count it.
    const microseconds = Math.max(0, timeDeltas[at + 1] ?? 0);
    spent.set(id, (spent.get(id) ?? 0) + microseconds);
  }
  const frameOf = (id: number): Frame | undefined => {
    const node = byId.get(id);
    if (node === undefined) return undefined;
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    const source = findSource({ url, line: lineNumber, column: columnNumber });
    return { name: functionName, url: source.url, line: source.line + 1 };
  };
  const found: SelfTime[] = [];
  for (const [id, microseconds] of spent) {
    const frame = frameOf(id);
    if (frame === undefined || frame.name === '(idle)' || frame.name === '(root)') continue;
    const callers: Frame[] = [];
    for (let above = parents.get(id); above !== undefined; above = parents.get(above)) {
      const caller = frameOf(above);
      if (caller !== undefined && caller.name !== '(root)') callers.push(caller);
    }
    found.push({ frame, callers, milliseconds: microseconds / 1000 });
  }
  return found;
}
