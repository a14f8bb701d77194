import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { z } from 'zod';

const run = promisify(execFile);

/** The `openstack` command that the tutorial uses, logged in to the test bed: `list(command, schema, part of the name)`. */
export function stockClient(cloudsFile: string) {
  return async <T>(command: string, schema: z.ZodType<T>, name?: string): Promise<T> => {
    const more = name === undefined ? [] : ['--name', name];
    const { stdout } = await run('openstack', [...command.split(' '), ...more, '-f', 'json'], {
      env: {
        ...process.env,
        OS_CLIENT_CONFIG_FILE: cloudsFile,
        OS_CLOUD: command.startsWith('database') ? 'pukki' : 'cpouta',
      },
    });
    return schema.parse(JSON.parse(stdout));
  };
}
