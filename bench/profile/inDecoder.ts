/**
 * Profiles a decoder. It is ended by SIGKILL, whenever, so what was seen is written every second, one file each time,
 * and the last second is lost. The folder comes in the query of this module's URL.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import process from 'node:process';

const folder = new URL(import.meta.url).searchParams.get('folder') ?? '';
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 500 });
session.post('Profiler.start');
let number = 0;
setInterval(() => {
  session.post('Profiler.stop', (error, stopped) => {
    if (error === null) {
      const file = join(folder, `decoder-${process.pid}-${number++}.cpuprofile`);
      writeFileSync(file, JSON.stringify(stopped.profile));
    }
    session.post('Profiler.start');
  });
}, 1_000).unref();
