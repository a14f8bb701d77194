import { aliasOf, type SshHost } from './host.ts';

export interface SshFiles {
  readonly privateKeyFile: string;
  /** Of the host and of those on the way to it. */
  readonly knownHostsFiles: readonly string[];
}

/**
 * A whole configuration for OpenSSH's client: nothing of the user's own is read beside it. The host must have one of the
 * keys that we know, and learns nothing but our public key: no agent, no password, no other key is offered.
 */
export function sshConfig(host: SshHost, { privateKeyFile, knownHostsFiles }: SshFiles): string {
  const blocks = chain(host).map((one) =>
    [
      `Host ${aliasOf(one)}`,
      `  HostName ${one.address}`,
      `  Port ${one.port ?? 22}`,
      `  User ${one.user}`,
      `  HostKeyAlias ${aliasOf(one)}`,
      `  ProxyJump ${one.via === undefined ? 'none' : aliasOf(one.via)}`,
    ].join('\n'),
  );
  return `# Made by kuva for ${host.name}; written anew whenever it is used.
${blocks.join('\n')}
Host *
  IdentityFile ${pathWord(privateKeyFile)}
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  BatchMode yes
  StrictHostKeyChecking yes
  UserKnownHostsFile ${knownHostsFiles.map(pathWord).join(' ')}
  GlobalKnownHostsFile /dev/null
  UpdateHostKeys no
  VerifyHostKeyDNS no
  ForwardAgent no
  ForwardX11 no
  PermitLocalCommand no
  ControlMaster no
  ControlPath none
  ConnectTimeout 10
  ServerAliveInterval 15
  ServerAliveCountMax 4
  LogLevel ERROR
`;
}

function chain(host: SshHost): SshHost[] {
  return host.via === undefined ? [host] : [host, ...chain(host.via)];
}

/** Between quotation marks; `%` begins a token and `\${` a variable in ssh_config(5). */
function pathWord(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
