import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { z } from 'zod';

const run = promisify(execFile);

/** The `openstack` command that the tutorial uses, logged in to the test bed; returns what it prints. */
export function stockCommand(cloudsFile: string) {
  return async (command: string): Promise<string> => {
    const { stdout } = await run('openstack', command.split(' '), {
      env: {
        ...process.env,
        OS_CLIENT_CONFIG_FILE: cloudsFile,
        OS_CLOUD: command.startsWith('database') ? 'pukki' : 'cpouta',
      },
    });
    return stdout;
  };
}

/** The same for what it lists: `list(command, schema, part of the name)`. */
export function stockClient(cloudsFile: string) {
  const command = stockCommand(cloudsFile);
  return async <T>(words: string, schema: z.ZodType<T>, name?: string): Promise<T> =>
    schema.parse(JSON.parse(await command(`${words}${name === undefined ? '' : ` --name ${name}`} -f json`)));
}
