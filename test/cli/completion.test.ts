import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import { expect, test } from 'vitest';
import { completionScript, type Shell } from '../../src/cli/completion.ts';
import { makeProgram } from '../../src/cli/program.ts';
import { makeAround, type TestSurroundings } from '../config/around.ts';

/** A small tree with one of each kind of thing. */
function tree(): Command {
  const program = new Command('kuva').version('1').exitOverride();
  const log = program.command('log').description("what was done; it's [here]: all").argument('[name]');
  log.addOption(new Option('--state <state...>', 'in: these').choices(['queued', 'rejected', 'failed']));
  log
    .option('-c, --config <file>', 'configuration')
    .option('-d, --data <folder>', 'data')
    .option('-f, --follow', 'go on');
  program.command('try').argument('<image>').description('one image');
  program.command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']));
  program.command('hidden', { hidden: true });
  return program;
}

type Complete = (around: TestSurroundings, typed: string, program?: Command) => string[];

/** Presses Tab in a real bash: its own completion function is called with the words as readline splits them. */
const inBash: Complete = (around, typed, program = tree()) => {
  const file = around.write('kuva.bash', completionScript('bash', program));
  const words = typed.split(/(?<==)|(?==)|\s/).filter((word) => word !== '');
  if (/\s$/.test(typed)) words.push('');
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kuva; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines(
    execFileSync('bash', ['--norc', '-c', script, 'bash', file, ...words], {
      cwd: around.cwd,
      encoding: 'utf8',
    }),
  );
};

const inFish: Complete = (around, typed, program = tree()) => {
  const file = around.write('kuva.fish', completionScript('fish', program));
  const env = { ...process.env, HOME: around.home, XDG_CONFIG_HOME: around.home, XDG_DATA_HOME: around.home };
  const script = 'source $argv[1]; complete -C "$argv[2]"';
  return lines(
    execFileSync('fish', ['--no-config', '-c', script, file, typed], {
      cwd: around.cwd,
      encoding: 'utf8',
      env,
    }),
  ).map((line) => line.split('\t')[0] ?? '');
};

/** Types into a real interactive zsh on a pseudo-terminal, and reads each word that its completion system adds. */
const inZsh: Complete = (around, typed, program = tree()) => {
  around.write('fpath/_kuva', completionScript('zsh', program));
  const inner = around.write(
    'inner.zsh',
    String.raw`PS1=''
fpath=(${around.cwd}/fpath $fpath)
autoload -Uz compinit
compinit -u -D
cd ${around.cwd}
bindkey '^I' complete-word
compadd() {
  # Calls that only fill an array add nothing to the list.
  if [[ "\${@[1,(i)(-|--)]}" == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi
  local -a hits
  builtin compadd -A hits "$@"
  local hit
  for hit in $hits; do print -r -- "<<$hit>>"; done
  builtin compadd "$@"
}
say-end() { print -r -- '<<END>>' }
press() { comppostfuncs=(say-end); zle complete-word }
zle -N press
bindkey '^I' press
print -r -- '<<READY>>'
`.replaceAll('\\$', '$'),
  );
  const outer = around.write(
    'outer.zsh',
    String.raw`zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "source $1"
local out chunk
until [[ $out == *'<<READY>>'* ]]; do zpty -r z chunk || exit 1; out+=$chunk; done
zpty -w -n z "$2"$'\t'
out=''
until [[ $out == *'<<END>>'* ]]; do zpty -r z chunk || exit 1; out+=$chunk; done
print -r -- $out
zpty -d z
`,
  );
  const shown = execFileSync('zsh', ['-f', outer, inner, typed], {
    cwd: around.cwd,
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, HOME: around.home, TERM: 'dumb' },
  });
  return [...shown.matchAll(/<<([^<>]*)>>/g)].map((match) => match[1] ?? '').filter((word) => word !== 'END');
};

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

const shells: [Shell, Complete][] = [
  ['bash', inBash],
  ['fish', inFish],
  ['zsh', inZsh],
];
const has = (shell: Shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const required = process.env['KUVA_TEST_REQUIRE'] === 'all';

for (const [shell, press] of shells) {
  const here = has(shell);
  if (!here && required) throw new Error(`KUVA_TEST_REQUIRE=all, but there is no ${shell}`);
  const sorted: Complete = (around, typed, program) => [...new Set(press(around, typed, program))].sort();

  test.skipIf(!here)(`${shell} completes commands, and does not offer hidden ones`, () => {
    const around = makeAround();
    expect(sorted(around, 'kuva ')).toEqual(['completion', 'help', 'log', 'try']);
    expect(sorted(around, 'kuva l')).toEqual(['log']);
  });

  test.skipIf(!here)(`${shell} completes the options of the command that was typed`, () => {
    const around = makeAround();
    expect(sorted(around, 'kuva log --')).toEqual(['--config', '--data', '--follow', '--help', '--state']);
    expect(sorted(around, 'kuva try --')).toEqual(['--help']);
  });

  test.skipIf(!here)(`${shell} completes the choices of options and arguments`, () => {
    const around = makeAround();
    expect(sorted(around, 'kuva log --state ')).toEqual(['failed', 'queued', 'rejected']);
    expect(sorted(around, 'kuva log --state=f')).toEqual(shell === 'fish' ? ['--state=failed'] : ['failed']);
    expect(sorted(around, 'kuva completion ')).toEqual(['bash', 'fish', 'zsh']);
    expect(sorted(around, 'kuva log --config x.yaml --state q')).toEqual(['queued']);
  });

  test.skipIf(!here)(`${shell} completes files where a file is meant, and folders where a folder is`, () => {
    const around = makeAround();
    writeFileSync(`${around.cwd}/zz-cat.jpg`, '');
    mkdirSync(`${around.cwd}/zz-folder`);
    const bare = (typed: string) => sorted(around, typed).map((name) => name.replace(/\/$/, ''));
    expect(bare('kuva try zz-')).toEqual(['zz-cat.jpg', 'zz-folder']);
    expect(bare('kuva log --config zz-c')).toEqual(['zz-cat.jpg']);
    expect(bare('kuva log --data zz-')).toEqual(['zz-folder']);
    expect(bare('kuva log zz-')).toEqual([]);
  });

  test.skipIf(!here)(`${shell} reads the script of the whole program without a complaint`, () => {
    const around = makeAround();
    const file = around.write('script', completionScript(shell, makeProgram('0.0.0')));
    const parsed = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect(parsed.stderr).toBe('');
    expect(parsed.status).toBe(0);
    expect(sorted(around, 'kuva ver', makeProgram('0.0.0'))).toEqual(['verify']);
  });
}

test('bash completes a file whose name has spaces as one word', () => {
  const around = makeAround();
  writeFileSync(`${around.cwd}/my cat.jpg`, '');
  expect(inBash(around, 'kuva try my')).toEqual(['my cat.jpg']);
});
