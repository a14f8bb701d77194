import { markText, metadataKeys } from './mark.ts';
import type { Plan } from './plan.ts';
import type { Stack } from './stack.ts';
import type { Step, Target } from './step.ts';

export interface ExplainContext {
  readonly stack: Stack;
  /** As in `clouds.yaml`, for `--os-cloud`; undefined: the `OS_*` variables. */
  readonly clouds: {
    readonly compute?: string | undefined;
    readonly database?: string | undefined;
    readonly s3?: string | undefined;
  };
  /** The private folder. */
  readonly folder: string;
}

/**
 * The commands that do by hand what a step does, for people who want to learn the clouds from it. None for a step that
 * changes nothing. What is not known before is in capitals: ADDRESS, PORT.
 */
export function explainStep(one: Step, plan: Plan, context: ExplainContext): string[] {
  if (one.action === 'keep' || one.action === 'foreign') return [];
  const remove = commandsToDelete(one, context);
  if (one.action === 'delete') return remove;
  const make = commandsToMake(one, plan, context);
  return one.action === 'replace' ? [...remove, ...make] : make;
}

function commandsToMake(one: Step, plan: Plan, context: ExplainContext): string[] {
  const { stack, folder } = context;
  const { compute, database } = stack;
  const run = client(context, one);
  const { target } = one;
  switch (target.kind) {
    case 's3-keys':
      return [run('ec2 credentials create'), 's3cmd --configure   # asks for the access and the secret key'];
    case 'bucket':
      return [`s3cmd mb s3://${one.name}`];
    case 'keypair':
      return [
        `ssh-keygen -t ed25519 -N '' -f ${quoted(`${folder}/id_ed25519`)}`,
        run(`keypair create --public-key ${quoted(`${folder}/id_ed25519.pub`)} ${compute.keypair}`),
      ];
    case 'security-group': {
      const description = `--description ${quoted(markText({ pipeline: stack.pipeline }))}`;
      return target.id === undefined
        ? [run(`security group create ${description} ${compute.security_group}`)]
        : [run(`security group set --name ${compute.security_group} ${description} ${target.id}`)];
    }
    case 'ssh-rule':
      return [
        run(
          `security group rule create --remote-ip ${target.cidr ?? ''} --dst-port 22 --protocol tcp ${compute.security_group}`,
        ),
      ];
    case 'machine':
      if (one.action === 'change') return [run(`server start ${one.name}`)];
      return [run(`server create ${machineOptions(stack, target)} ${one.name}`)];
    case 'membership':
      return [run(`server add security group ${one.name} ${compute.security_group}`)];
    case 'floating-ip': {
      const description = quoted(
        markText({ pipeline: stack.pipeline, ...(target.worker !== undefined && { worker: target.worker }) }),
      );
      return target.address === undefined
        ? [run(`floating ip create --description ${description} ${compute.external_network}`)]
        : [run(`floating ip set --description ${description} ${target.address}`)];
    }
    case 'association': {
      const machine = stack.workers.find(({ number }) => number === target.worker)?.name ?? one.name;
      return [run(`server add floating ip ${machine} ${addressOf(plan, target.worker)}`)];
    }
    case 'database': {
      const version = database.version === undefined ? '' : ` --datastore-version ${database.version}`;
      return [
        run(
          `database instance create ${database.instance} --flavor ${database.flavor} --size ${database.size} --databases ${database.name} --users ${database.user}:PASSWORD --datastore ${database.datastore}${version} --is-public`,
        ),
      ];
    }
    case 'database-access':
      // Both together: alone, either of the two undoes the other.
      return [
        run(
          `database instance update ${database.instance} --is-public ${[...target.allow, ...pendingCidrs(plan)].map((cidr) => `--allowed-cidr ${cidr}`).join(' ')}`.trimEnd(),
        ),
        `psql -h DATABASE_ADDRESS -p 5432 -U ${database.user} -d ${database.name} -c 'select 1'   # from the machine`,
      ];
    case 'worker':
      return [
        `ssh -i ${quoted(`${folder}/id_ed25519`)} kuva-admin@${addressOf(plan, target.worker)}   # then install Node and kuva, and start its service`,
      ];
  }
}

function commandsToDelete(one: Step, context: ExplainContext): string[] {
  const run = client(context, one);
  const { target } = one;
  switch (target.kind) {
    case 's3-keys':
      return [run('ec2 credentials delete ACCESS_KEY')];
    case 'bucket':
      return [
        target.withData === true
          ? `s3cmd rb --recursive --force s3://${one.name}`
          : `s3cmd rb s3://${one.name}`,
      ];
    case 'keypair':
      return [run(`keypair delete ${one.name}`)];
    case 'security-group':
      return [run(`security group delete ${target.id ?? one.name}`)];
    case 'ssh-rule':
      return [run(`security group rule delete ${target.id ?? ''}`)];
    case 'machine':
      return [run(`server delete --wait ${target.id ?? one.name}`)];
    case 'floating-ip':
      return [run(`floating ip delete ${target.address ?? target.id ?? ''}`)];
    case 'database':
      return [run(`database instance delete ${target.id ?? one.name}`)];
    case 'membership':
    case 'association':
    case 'database-access':
    case 'worker':
      return [];
  }
}

function machineOptions({ pipeline, compute }: Stack, target: Extract<Target, { kind: 'machine' }>): string {
  const properties = [`${metadataKeys.pipeline}=${pipeline}`, `${metadataKeys.worker}=${target.worker ?? 1}`];
  return [
    `--flavor ${compute.flavor}`,
    `--image ${compute.image}`,
    ...(compute.volume === undefined ? [] : [`--boot-from-volume ${compute.volume}`]),
    ...(compute.network === undefined ? [] : [`--network ${compute.network}`]),
    `--key-name ${compute.keypair}`,
    '--security-group default',
    `--security-group ${compute.security_group}`,
    ...properties.map((property) => `--property ${property}`),
    '--user-data USER_DATA_FILE',
  ].join(' ');
}

function addressOf({ steps }: Plan, worker: number): string {
  const one = steps.find(({ id }) => id === `floating-ip:${worker}`);
  return (one?.target.kind === 'floating-ip' ? one.target.address : undefined) ?? 'ADDRESS';
}

function pendingCidrs({ steps }: Plan): string[] {
  return steps
    .filter(({ target, action }) => target.kind === 'floating-ip' && action === 'create')
    .map(() => 'ADDRESS/32');
}

function client({ clouds }: ExplainContext, { cloud }: Step): (command: string) => string {
  const name = clouds[cloud];
  return (command) => `openstack${name === undefined ? '' : ` --os-cloud ${quoted(name)}`} ${command}`;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./~:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
