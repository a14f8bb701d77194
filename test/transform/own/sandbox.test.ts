/** Real sandboxes, where bubblewrap and the system make some; where they do not, kuva says so and does not start. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../src/transform/own/program.ts';
import { sandboxFault } from '../../../src/transform/own/sandbox.ts';
import * as photos from '../../pictures/photos.ts';
import { refusal } from '../kit.ts';
import { OwnFolder } from './kit.ts';

const bubblewrap = await findProgram('bwrap', '/', process.env['PATH'] ?? '');
const fault = bubblewrap === undefined ? 'it is not installed' : await sandboxFault(bubblewrap);
let own: OwnFolder;
let jpeg: Buffer;

beforeAll(async () => {
  own = await OwnFolder.make();
  jpeg = await photos.makeJpeg();
  await writeFile(join(own.path, 'kuva.yaml'), 'secret');
});

afterAll(() => own.remove());

const sandboxed = (...run: string[]) => ({ command: { run, sandbox: true, gives: 'facts' } });

describe('a command in a sandbox', () => {
  it('sees neither the configuration nor a network, and other processes neither', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await own.file(
      'look.py',
      'import json, os, socket, sys',
      'def reaches():',
      '    try: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 3); return True',
      '    except OSError: return False',
      'print(json.dumps({"config": os.path.exists(os.path.join(os.path.dirname(sys.argv[0]), "kuva.yaml")),',
      '  "home": os.path.exists("/root") or os.path.exists("/home"), "etc": os.path.exists("/etc/passwd"),',
      '  "reaches": reaches(), "processes": len([p for p in os.listdir("/proc") if p.isdigit()]),',
      '  "image": len(sys.stdin.buffer.read())}))',
    );
    const step = sandboxed('/usr/bin/python3', '{here}/look.py', String(port));
    const told = own.through(jpeg, step);
    if (fault === undefined) {
      const { facts } = await told;
      expect(facts).toMatchObject({
        config: false,
        home: false,
        etc: false,
        reaches: false,
        image: jpeg.length,
      });
      expect(facts?.['processes']).toBeLessThan(5);
    } else expect(await refusal(told)).toMatch(/^config-invalid: .*sandbox/);
    server.close();
  });

  it('writes into its own folder and nowhere else, and gives an image as any', async () => {
    await own.shell('copy.sh', 'cp "$1" "$2"', 'touch /usr/kuva-was-here 2>/dev/null && exit 1', 'exit 0');
    const told = own.through(jpeg, { command: { run: ['./copy.sh', '{in}', '{out}'], sandbox: true } });
    if (fault === undefined) expect(Buffer.compare((await told).bytes, jpeg)).toBe(0);
    else expect(await refusal(told)).toMatch(/^config-invalid: .*sandbox/);
  });

  it('is ended with its sandbox at the time limit', async () => {
    const step = { command: { run: ['/usr/bin/env', 'sleep', '77.5'], sandbox: true, time: '700ms' } };
    expect(await refusal(own.through(jpeg, step))).toMatch(
      fault === undefined ? /^transform-timeout/ : /^config-invalid/,
    );
  });
});
