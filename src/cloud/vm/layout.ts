/** What lies where on a machine, and who may do what there; docs/cloud-vm.md shows the same. */
export const layout = {
  /** Logs in by SSH with our key, and may use sudo. */
  adminUser: 'kuva-admin',
  /** Runs the worker: no shell, no password, no sudo. */
  serviceUser: 'kuva',
  service: 'kuva.service',
  unitFile: '/etc/systemd/system/kuva.service',
  home: '/opt/kuva',
  setupScript: '/opt/kuva/setup.sh',
  /** SHA-256 of the set-up script that was carried out to its end. */
  setupDone: '/opt/kuva/setup.done',
  /** A link to the Node that is in use. */
  node: '/opt/kuva/node',
  releases: '/opt/kuva/releases',
  /** A link to the release that is in use. */
  current: '/opt/kuva/current',
  config: '/etc/kuva',
  configFile: '/etc/kuva/kuva.yaml',
  /** 0700, of the service's user; its files 0600. */
  secrets: '/etc/kuva/secrets',
  s3File: '/etc/kuva/secrets/s3_credentials',
  databaseFile: '/etc/kuva/secrets/pgpass',
  environmentFile: '/etc/kuva/secrets/environment',
  state: '/var/lib/kuva',
} as const;

/** Runs kuva on the machine, by the Node and the release that are in use. */
export const kuvaProgram = [`${layout.node}/bin/node`, `${layout.current}/dist/cli/main.js`] as const;
