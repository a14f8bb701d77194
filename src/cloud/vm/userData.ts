import { layout } from './layout.ts';
import type { SetupScript } from './setupScript.ts';

export interface UserDataOptions {
  /** The line for `authorized_keys` of the one who may log in. */
  readonly publicKey: string;
  readonly setup: SetupScript;
}

/**
 * What cloud-init does on a machine's first start. Whoever runs anything on the machine can read it, and so can everybody
 * in the cloud's project: there is no secret in it.
 *
 * The user that the image brings (`ubuntu`, `cloud-user`, `debian`) is not made: ours has the same name on all of them.
 * @returns a document for Nova's `user_data`, before its base64; some 6 kB of the 64 kB that Nova takes
 */
export function makeUserData({ publicKey, setup }: UserDataOptions): string {
  const script = setup.text.trimEnd().replaceAll(/^(?=.)/gm, '      ');
  return `#cloud-config
users:
  - name: ${layout.adminUser}
    gecos: Whoever has the SSH key of kuva
    shell: /bin/bash
    lock_passwd: true
    sudo: "ALL=(ALL) NOPASSWD:ALL"
    ssh_authorized_keys:
      - ${JSON.stringify(publicKey)}
disable_root: true
ssh_pwauth: false
ssh_deletekeys: true
ssh_genkeytypes: [ed25519, ecdsa]
# How kuva learns the host keys: from the console, which only the cloud can write to.
ssh:
  emit_keys_to_console: true
write_files:
  - path: ${layout.setupScript}
    permissions: "0755"
    content: |
${script}
runcmd:
  - [/bin/sh, ${layout.setupScript}]
`;
}
