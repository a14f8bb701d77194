/** `npm run bench:dashboard`: what open pages cost the pipeline, and what a flow of images costs a page. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { thisMachine } from '../machine.ts';
import { runBench } from '../program.ts';
import { measureFrames } from './frames.ts';
import { type DashboardOptions, parseDashboardOptions, usage } from './options.ts';
import { dashboardReport } from './report.ts';
import type { DashboardResult } from './result.ts';
import { measureRuns } from './runs.ts';

await runBench<DashboardOptions, DashboardResult>({
  usage,
  parse: parseDashboardOptions,
  measure: async (options, closing, say) => {
    const begun = new Date().toISOString();
    const machine = thisMachine({ sharp: sharp.versions.sharp });
    const folder = await mkdtemp(join(tmpdir(), 'kuva-bench-'));
    closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const runs = await measureRuns(options, folder, closing, say);
    const frames = await measureFrames(options.seconds, closing);
    return { begun, machine, outputs: options.outputs, runs, ...(frames !== undefined && { frames }) };
  },
  report: dashboardReport,
  section: 'dashboard',
  sound: ({ runs, outputs }) => runs.every(({ rows, images }) => rows === images * outputs),
});
