/** `kuva config`: what is in force, and where each value came from. */
import { inspectConfig, type LoadOptions } from '../config/load.ts';
import { schemaText } from '../config/schemaFile.ts';
import { settingsAsJson, showSettings } from '../config/show.ts';
import type { KuvaError } from '../image/failure.ts';

export interface ConfigReport {
  /** YAML with a comment behind each value; secrets hidden. */
  readonly lines: readonly string[];
  /** For `--json`; secrets hidden. */
  readonly json: {
    readonly file: string | null;
    readonly value: unknown;
    /** By key path: `input`, `recipe.steps[0]`. */
    readonly origins: Readonly<Record<string, string>>;
    readonly notes: readonly string[];
    readonly problems: readonly {
      readonly code: string;
      readonly what: string;
      readonly remedy: string | null;
    }[];
  };
  readonly notes: readonly string[];
  /** Keys that were not found: told after the lines, and the command fails with the first of them. */
  readonly problems: readonly KuvaError[];
}

/** @throws KuvaError `config-missing`, `config-invalid` */
export function reportConfig(options: LoadOptions = {}): ConfigReport {
  const { value, settings, notes, problems } = inspectConfig(options);
  const { value: shown, origins } = settingsAsJson(settings);
  return {
    lines: [`# ${value.file ?? 'no configuration file: defaults'}`, ...showSettings(settings)],
    json: {
      file: value.file ?? null,
      value: shown,
      origins,
      notes,
      problems: problems.map((problem) => ({
        code: problem.code,
        what: problem.message,
        remedy: problem.remedy ?? null,
      })),
    },
    notes,
    problems,
  };
}

/** For `kuva config --schema`: the JSON Schema, with the newline at its end. */
export const configSchema = schemaText;
