import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { makeAround } from './around.ts';

function load(text: string) {
  const around = makeAround();
  around.write('kuva.yaml', text);
  return loadConfig({ around }).value;
}

describe('the cloud block', () => {
  it("has the tutorial's set-up as its defaults", () => {
    expect(load('cloud: { clouds: { compute: cpouta, database: pukki } }').cloud).toMatchObject({
      clouds: { compute: 'cpouta', database: 'pukki' },
      compute: {
        workers: 1,
        name: 'pipeline_vm',
        flavor: 'standard.tiny',
        image: 'Ubuntu-24.04',
        floating_ip: true,
        ssh_from: ['me'],
      },
      database: {
        instance: 'pipeline_db_instance',
        flavor: 'standard.small',
        size: 1,
        datastore: 'postgresql',
        name: 'pipeline_db',
        user: 'db_admin',
      },
    });
    expect(load('').cloud).toBeUndefined();
  });

  it.each([
    ['an address without its mask', 'cloud: { compute: { ssh_from: [192.0.2.7] } }', /192\.0\.2\.7\/32/],
    ['no address at all', 'cloud: { compute: { ssh_from: [999.0.2.7/32] } }', /this is no network/],
    ["PostgreSQL's own user", 'cloud: { database: { user: postgres } }', /server’s own user/],
    ['a name that the shell would take apart', 'cloud: { compute: { name: "a b" } }', /a name in a cloud/],
    ['no workers', 'cloud: { compute: { workers: 0 } }', /from 1 to 50/],
    ['a mistyped setting', 'cloud: { compute: { flavour: standard.tiny } }', /flavor/],
  ])('does not take %s', (_what, text, message) => {
    expect(() => load(text)).toThrow(message);
  });
});
