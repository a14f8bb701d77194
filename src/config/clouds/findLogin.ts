/** Which login a cloud has: `clouds.yaml` by name, `OS_CLOUD`, or the variables of an openrc file. */
import { KuvaError } from '../../image/failure.ts';
import { suggest } from '../suggest.ts';
import { showPath, type Surroundings, variable } from '../surroundings.ts';
import { type CloudsFile, cloudsFolders, readCloudsFile } from './cloudsYaml.ts';
import { fromOpenrc, variableOf } from './environment.ts';
import { type FoundLogin, loginOf } from './loginOf.ts';

/**
 * The login of one cloud.
 * @param name as in `clouds.yaml`; left out: `OS_CLOUD`, else the `OS_*` variables, else the only cloud of the file
 * @throws KuvaError `config-missing`, `config-invalid`, `secret-missing`
 */
export function findCloudLogin(name: string | undefined, around: Surroundings): FoundLogin {
  const wanted = name ?? variable(around, 'OS_CLOUD');
  const openrc = fromOpenrc(around);
  if (wanted === undefined && openrc !== undefined) {
    return loginOf('the OS_* variables', openrc, variableOf);
  }
  const file = readCloudsFile(around);
  if (file === undefined) throw noFile(wanted, around);
  const chosen = wanted ?? onlyOne(file);
  const entry = file.clouds.get(chosen);
  if (entry === undefined) throw unknown(chosen, file);
  const { login, notes } = loginOf(chosen, entry, (setting) => setting);
  return {
    login,
    notes: [
      ...notes,
      ...file.openToOthers.map(
        (open) =>
          `${open} holds a login and other users of this machine may read it. Mend it with: chmod 600 ${open}`,
      ),
      ...(openrc === undefined
        ? []
        : [
            `Cloud ${chosen} is used as ${file.name} has it; OS_AUTH_URL and its kin are set as well and count for nothing here (the openstack command would mix them in).`,
          ]),
    ],
  };
}

function onlyOne({ clouds, name }: CloudsFile): string {
  const [first, ...others] = clouds.keys();
  if (first !== undefined && others.length === 0) return first;
  throw new KuvaError('config-missing', {
    what: `${name} has ${clouds.size} clouds (${[...clouds.keys()].join(', ')}), and nothing says which one is meant`,
    remedy:
      'Name them in kuva.yaml, e.g. `cloud: {clouds: {compute: cpouta, database: pukki}}`, or set OS_CLOUD.',
  });
}

function noFile(wanted: string | undefined, around: Surroundings): KuvaError {
  const folders = cloudsFolders(around).map((folder) => showPath(folder, around));
  return new KuvaError('config-missing', {
    what: `There is no login for ${wanted === undefined ? 'a cloud' : `the cloud ${wanted}`}: no clouds.yaml in ${folders.join(', ')}${wanted === undefined ? ', and OS_AUTH_URL is not set' : ''}`,
    remedy:
      'Download clouds.yaml from the web page of the cloud (API access), or source its openrc file in this shell.',
  });
}

function unknown(wanted: string, { name, clouds }: CloudsFile): KuvaError {
  const meant = suggest(wanted, [...clouds.keys()]);
  return new KuvaError('config-missing', {
    what: `${name} has no cloud ${wanted}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    remedy: `It has: ${[...clouds.keys()].join(', ') || 'none'}.`,
  });
}
