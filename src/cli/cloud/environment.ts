import process from 'node:process';
import { keptOf } from '../../cloud/vm/workerConfig.ts';
import { Secret } from '../../image/secret.ts';

/** The values of the `${NAME}`s that stand instead of secrets in what a worker gets of kuva.yaml; no others leave here. */
export function secretsNamedIn(form: Readonly<Record<string, unknown>>): Map<string, Secret> {
  const names = [...JSON.stringify(keptOf(form)).matchAll(/\$\{([A-Za-z_]\w*)\}/g)].map(
    ([, name = '']) => name,
  );
  return new Map(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, new Secret(value)] as const];
    }),
  );
}
