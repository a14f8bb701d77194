import { expect, test } from 'vitest';
import { findCloudLogin } from '../../../src/config/clouds/findLogin.ts';
import { KuvaError } from '../../../src/image/failure.ts';
import { makeAround } from '../around.ts';

const cpouta = `clouds:
  cpouta:
    auth:
      auth_url: https://pouta.csc.fi:5001/v3/
      username: member
      password: 0123
      project_name: project_2001234
      user_domain_name: Default
      project_domain_name: Default
    region_name: regionOne
    interface: public
  pukki:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://pukki.dbaas.csc.fi:5000
      application_credential_id: abc
      application_credential_secret: topsecret
`;

function failure(work: () => unknown): KuvaError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof KuvaError) return thrown;
    throw thrown;
  }
  throw new Error('it did not fail');
}

test('a cloud is found by its name, and its password is text even when it looks like a number', () => {
  const around = makeAround();
  around.write('~/.config/openstack/clouds.yaml', cpouta);
  const { login, notes } = findCloudLogin('cpouta', around);
  expect(login).toMatchObject({ name: 'cpouta', region: 'regionOne', interface: 'public' });
  expect(login.authUrl.href).toBe('https://pouta.csc.fi:5001/v3');
  expect(login.auth).toMatchObject({
    user: { name: 'member', domain: { name: 'Default' } },
    project: { name: 'project_2001234', domain: { name: 'Default' } },
  });
  expect(login.auth.method === 'password' && login.auth.password.reveal()).toBe('0123');
  expect(JSON.stringify(login)).toContain('(hidden)');
  expect(notes).toEqual([]);
});

test('an application credential needs no project, and the version of Keystone is added to its address', () => {
  const around = makeAround({ OS_CLOUD: 'pukki' });
  around.write('clouds.yaml', cpouta);
  const { login } = findCloudLogin(undefined, around);
  expect(login.authUrl.href).toBe('https://pukki.dbaas.csc.fi:5000/v3');
  expect(login.auth).toMatchObject({ method: 'application-credential', credential: { id: 'abc' } });
});

test('the file in the working directory wins, and secure.yaml is merged over it', () => {
  const around = makeAround();
  around.write('~/.config/openstack/clouds.yaml', 'clouds: {other: {auth: {auth_url: http://x}}}');
  around.write('clouds.yaml', cpouta.replace('      password: 0123\n', ''));
  around.write('~/.config/openstack/secure.yaml', 'clouds: {cpouta: {auth: {password: merged}}}');
  const { login } = findCloudLogin('cpouta', around);
  expect(login.auth.method === 'password' && login.auth.password.reveal()).toBe('merged');
});

test('a name that is not there is told with the one that was meant', () => {
  const around = makeAround();
  around.write('clouds.yaml', cpouta);
  const { code, message, remedy } = failure(() => findCloudLogin('cPuota', around));
  expect([code, message, remedy]).toEqual([
    'config-missing',
    'clouds.yaml has no cloud cPuota; did you mean cpouta?'.replace(
      'clouds.yaml',
      `${around.cwd}/clouds.yaml`,
    ),
    'It has: cpouta, pukki.',
  ]);
});

test('two clouds and no name is a question, not a guess', () => {
  const around = makeAround();
  around.write('clouds.yaml', cpouta);
  expect(failure(() => findCloudLogin(undefined, around)).message).toContain('has 2 clouds (cpouta, pukki)');
});

test('without any file the folders are named in which one was looked for', () => {
  const { code, message } = failure(() => findCloudLogin('cpouta', makeAround()));
  expect(code).toBe('config-missing');
  expect(message).toContain('~/.config/openstack, /etc/openstack');
});

test('a file that is no YAML is told by its line, and never quoted', () => {
  const around = makeAround();
  around.write('clouds.yaml', 'clouds:\n  a:\n    auth: {password: "topsecret\n');
  const { message } = failure(() => findCloudLogin('a', around));
  expect(message).toContain('is not valid YAML, at line');
  expect(message).not.toContain('topsecret');
});

test('a missing password names the place where it belongs', () => {
  const around = makeAround();
  around.write('clouds.yaml', cpouta.replace('      password: 0123\n', ''));
  const { code, message, remedy } = failure(() => findCloudLogin('cpouta', around));
  expect([code, message]).toEqual(['secret-missing', 'The login of cpouta has no password']);
  expect(remedy).toContain('secure.yaml');
});

test('a login that others may read is worth a note', () => {
  const around = makeAround();
  around.write('clouds.yaml', cpouta, 0o644);
  expect(findCloudLogin('cpouta', around).notes.join()).toContain('chmod 600');
});

const openrc = {
  OS_AUTH_URL: 'https://pouta.csc.fi:5001/v3',
  OS_USERNAME: 'member',
  OS_PASSWORD: 'secret',
  OS_PROJECT_ID: '53d0',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_REGION_NAME: 'regionOne',
};

test('the variables of an openrc file are a login too', () => {
  const { login } = findCloudLogin(undefined, makeAround(openrc));
  expect(login).toMatchObject({
    name: 'the OS_* variables',
    region: 'regionOne',
    auth: { project: { id: '53d0' } },
  });
});

test('a variable that is missing is named as such', () => {
  const { message } = failure(() => findCloudLogin(undefined, makeAround({ ...openrc, OS_PASSWORD: '' })));
  expect(message).toBe('The login of the OS_* variables has no OS_PASSWORD');
});

test('a project beside an application credential is left out, and told', () => {
  const { OS_AUTH_URL, OS_PROJECT_ID } = openrc;
  const around = makeAround({
    OS_AUTH_URL,
    OS_PROJECT_ID,
    OS_AUTH_TYPE: 'v3applicationcredential',
    OS_APPLICATION_CREDENTIAL_ID: 'abc',
    OS_APPLICATION_CREDENTIAL_SECRET: 'topsecret',
  });
  const { login, notes } = findCloudLogin(undefined, around);
  expect(login.auth.method).toBe('application-credential');
  expect(notes.join()).toContain('OS_PROJECT_ID stands beside an application credential');
});

test('variables beside a named cloud count for nothing, and that is told', () => {
  const around = makeAround(openrc);
  around.write('clouds.yaml', cpouta);
  const { login, notes } = findCloudLogin('pukki', around);
  expect(login.authUrl.host).toBe('pukki.dbaas.csc.fi:5000');
  expect(notes.join()).toContain('count for nothing here');
});
