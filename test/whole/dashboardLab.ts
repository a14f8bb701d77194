import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../bench/servers/freePorts.ts';
import { type Running, startKuva, temporaryFolder } from './kuva.ts';

/** A kuva that serves its dashboard, in a folder of its own. */
export interface Lab {
  readonly cwd: string;
  readonly url: string;
  readonly start: () => Promise<Running>;
  readonly kuva: Running;
}

/** @param settings more of kuva.yaml @param folders that are there already */
export async function openLab(settings: object = {}, folders: readonly string[] = []): Promise<Lab> {
  const cwd = await temporaryFolder();
  for (const folder of folders) await mkdir(join(cwd, folder), { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // JSON is YAML.
  const config = JSON.stringify({ http: { listen: `127.0.0.1:${port}` }, ...settings });
  await writeFile(join(cwd, 'kuva.yaml'), config);
  const start = async (): Promise<Running> => {
    const kuva = startKuva(['start'], { cwd });
    await kuva.says(`Dashboard: ${url}/`, 60_000);
    return kuva;
  };
  return { cwd, url, start, kuva: await start() };
}
