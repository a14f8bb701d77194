import type { Edit } from '../../simulation/plantedCode.ts';

/** Mistakes that someone could make, each in the very source that is tested. The simulation must find every one. */
export interface PlantedBug {
  readonly name: string;
  readonly edits: readonly Edit[];
}

const pipeline = (file: string, find: string, instead: string): Edit => ({
  file: `src/pipeline/${file}`,
  find,
  instead,
});
const memory = (file: string, find: string, instead: string): Edit => ({
  file: `test/memory/${file}`,
  find,
  instead,
});
const bug = (name: string, ...edits: Edit[]): PlantedBug => ({ name, edits });

const deleteIt = 'await parts.input.delete(made.version, stop);';

export const plantedBugs: readonly [PlantedBug, ...PlantedBug[]] = [
  bug(
    'log before put: the records do not wait for the outputs',
    pipeline('makeRecords.ts', 'return placeOutput({', 'const putting = placeOutput({'),
    pipeline(
      'makeRecords.ts',
      '    signal,\n  });\n}',
      "    signal,\n  });\n  putting.catch(() => undefined);\n  return Promise.resolve({ key: granted.key, etag: '', size: 0, lastModified: new Date(0) });\n}",
    ),
  ),
  bug(
    'a put that failed is taken for done',
    pipeline(
      'placeOutput.ts',
      "if (toKuvaError(thrown).code !== 'object-exists' || tries > mostTries) throw thrown;",
      "if (toKuvaError(thrown).code !== 'object-exists') return { outcome: 'placed', version: { key, etag: '', size: 0, lastModified: new Date(0) } };",
    ),
  ),
  bug(
    'a recipe that the header chose writes under the key that it wants, not the one that it was granted',
    pipeline(
      'choose/decide.ts',
      'return { ...decided, outputKeys: granted };',
      'return { ...decided, outputKeys: new Map(wanted.map(({ output: name, key }) => [name, { key }])) };',
    ),
  ),
  bug(
    'delete before commit',
    pipeline('recordOutputs.ts', 'const committed = await', `${deleteIt}\n    const committed = await`),
  ),
  bug(
    'delete without comparing: whatever lies there',
    pipeline(
      'processImage.ts',
      'return parts.input.delete(version, stop);',
      "const there = await parts.input.head(image.key, stop);\n    return there === undefined ? 'missing' : parts.input.delete(there, stop);",
    ),
  ),
  bug(
    'done without a commit',
    pipeline(
      'recordOutputs.ts',
      '() => parts.ledger.commit(attempt, made.records, note, made.archived)',
      "async () => 'committed'",
    ),
  ),
  bug(
    'a commit that fails is taken for done',
    pipeline(
      'recordOutputs.ts',
      'parts.ledger.commit(attempt, made.records, note, made.archived)',
      "parts.ledger.commit(attempt, made.records, note, made.archived).catch(() => 'committed')",
    ),
  ),
  bug(
    'commit for each output by itself',
    pipeline(
      'recordOutputs.ts',
      'parts.ledger.commit(attempt, made.records, note, made.archived)',
      "made.records.reduce((before, record) => before.then(() => parts.ledger.commit(attempt, [record], note)), Promise.resolve('lost'))",
    ),
  ),
  bug(
    'no fencing: a late worker commits',
    memory(
      'protocol.ts',
      "image.token !== token || image.state !== 'processing') return 'lost';\n  if (image.committedRound",
      "image.state !== 'processing') return 'lost';\n  if (image.committedRound",
    ),
  ),
  bug(
    'no fencing: a late worker settles',
    memory(
      'protocol.ts',
      "if (image === undefined || image.token !== token) return 'lost';",
      "if (image === undefined) return 'lost';",
    ),
  ),
  bug(
    'enqueue forgets rounds',
    memory('protocol.ts', '  image.round++;\n  image.fromArchive = false;\n', ''),
  ),
  bug(
    'begin forgets that the records are committed',
    memory('protocol.ts', 'committed: image.committedRound === image.round', 'committed: false'),
  ),
  bug(
    'begin takes the records of an earlier round for this one’s',
    memory(
      'protocol.ts',
      'committed: image.committedRound === image.round',
      'committed: image.committedRound > 0',
    ),
  ),
  bug(
    'a commit that is repeated writes its records again',
    memory('protocol.ts', "if (image.committedRound === image.round) return 'committed';", ''),
  ),
  bug(
    'the images of a dead worker are nobody’s',
    memory('database.ts', 'if (!workers.includes(image.worker)) continue;', 'continue;'),
    memory(
      'presence.ts',
      "if (image.state === 'processing' && (image.startedAt ?? now) < now - 30_000) {",
      'if (image.id < 0n) {',
    ),
  ),
  bug(
    'an image that is queued again gets no job',
    memory('database.ts', 'image.dueAt = dueAt;\n    this.addJob(image);', 'image.dueAt = dueAt;'),
    memory(
      'presence.ts',
      "if (image.state === 'queued' && database.jobOf(image.id) === undefined)",
      'if (image.id < 0n)',
    ),
  ),
  bug(
    'an image that kills its worker is tried for ever',
    memory('protocol.ts', 'if (image.attempts >= maxAttempts) {', 'if (image.attempts >= 1_000_000) {'),
  ),
  bug(
    'an outage costs attempts',
    pipeline(
      'settleFailure.ts',
      "return told('postponed', {\n        state: 'postponed',\n        failure: note,\n        delayMs: postponement",
      "return told('attempt-failed', {\n        state: 'attempt-failed',\n        failure: note,\n        delayMs: postponement",
    ),
  ),
  bug(
    'an answer that is lost is a failure for ever',
    pipeline(
      'settleFailure.ts',
      "case 'patient':",
      "case 'patient':\n      return told('rejected', { state: 'rejected', failure: note });\n    case 'nothing':",
    ),
    pipeline(
      'patience.ts',
      "return code !== 'interrupted' && (retry === 'patient' ||",
      "return code !== 'interrupted' && (code.startsWith('database') ||",
    ),
  ),
  bug(
    'pages of the listing after the first are not looked at',
    pipeline('pass.ts', 'next.done !== true;', 'next.done !== true && counted.seen === 0;'),
    pipeline('discover.ts', 'options.input.inOrder !== true || now < shortLook || now >= until', 'true'),
    pipeline('lookUp.ts', 'if (wanted.length === 0) return 0;', 'return 0;'),
  ),
  bug(
    'rejected images are deleted',
    pipeline(
      'settleFailure.ts',
      'if (parts.rejected === undefined || attempt.source',
      'if (parts.rejected === undefined) await parts.input.delete({ ...attempt.image, size: attempt.size, lastModified: new Date(0) }).catch(() => undefined);\n  if (parts.rejected === undefined || attempt.source',
    ),
  ),
  bug(
    'moved aside: removed before it is copied',
    pipeline(
      'moveAside.ts',
      'read = source.version;',
      'read = source.version;\n      await parts.input.delete(read, stop);',
    ),
  ),
  bug(
    'moved aside: removed though the copy failed',
    pipeline(
      'moveAside.ts',
      "trouble.retry === 'gone' ?",
      "(await parts.input.delete({ ...image, size: attempt.size, lastModified: new Date(0) }).catch(() => undefined), trouble.retry === 'gone') ?",
    ),
  ),
  bug(
    'an output is put whatever lies there',
    pipeline('placeOutput.ts', "condition: 'absent' as const, ", ''),
  ),
  bug(
    'an output key is granted to whoever asks',
    memory(
      'protocol.ts',
      'const mine = owned.imageId === image.id && !taken.includes(choice);',
      'const mine = true;',
    ),
    pipeline('placeOutput.ts', 'switch (conflict) {', "switch ('replace' as string) {"),
  ),
  bug(
    'a hint is believed without looking',
    pipeline(
      'lookUp.ts',
      'if (object === undefined) settling.forget(key);',
      "if (object === undefined) objects.push({ key, etag: 'hinted', size: 1, lastModified: new Date(0) });",
    ),
  ),
  bug(
    'whatever is read is taken for the image that was queued',
    pipeline('readInput.ts', '{ ifMatch: etag, ', '{ '),
    pipeline('readInput.ts', 'if (version.etag !== etag) {', 'if (version.size < 0) {'),
    pipeline('readInput.ts', 'if (first.fitsEtag) return first;', 'return first;'),
  ),
  bug(
    'the hash of the input is recorded for the output',
    pipeline('makeRecords.ts', 'outputSha256: sha256,', 'outputSha256: source.sha256,'),
  ),
  bug(
    'what can never succeed is tried again and again',
    pipeline('settleFailure.ts', "case 'limited':", "case 'never':\n    case 'limited':"),
    pipeline('settleFailure.ts', "    case 'never':\n      break;\n", ''),
  ),
  bug(
    'the same picture under two names at the same time: the second one is rejected',
    pipeline('recordOutputs.ts', 'return once(false);', 'throw thrown;'),
  ),
];
