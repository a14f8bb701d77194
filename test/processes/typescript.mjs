// Lets a child process of a test run this repository's TypeScript on Node 20: node --import THIS FILE program.ts
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

// Newer ones do it themselves.
if (!process.features.typescript) register(import.meta.url);

let typescript;

/** Compiled files, by their content: a test that starts a hundred processes would spend most of its time compiling. */
const kept = new URL('../../.cache/test-typescript/', import.meta.url);

/** A module hook (Node's documentation, "Customization Hooks"): compiles each .ts file alone, as it is loaded. */
export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const text = await readFile(fileURLToPath(url), 'utf8');
  const place = new URL(`${createHash('sha256').update(`${url}\n${text}`).digest('hex')}.js`, kept);
  const source = (await readFile(place, 'utf8').catch(() => undefined)) ?? (await compile(url, text, place));
  return { format: 'module', source, shortCircuit: true };
}

async function compile(url, text, place) {
  typescript ??= (await import('typescript')).default;
  const { outputText } = typescript.transpileModule(text, {
    fileName: fileURLToPath(url),
    compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2023 },
  });
  // Under another name first: several processes begin at the same time, and some are killed.
  const beside = new URL(`${place.href}.${process.pid}`);
  await mkdir(kept, { recursive: true });
  await writeFile(beside, outputText);
  await rename(beside, place);
  return outputText;
}
