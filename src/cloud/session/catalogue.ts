/** Which address a service has: from the catalogue that Keystone gives with a token. */
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import type { CloudLogin } from './login.ts';

/** A service by its type in the catalogue. */
export type ServiceType = 'compute' | 'network' | 'image' | 'database' | 'volumev3' | 's3' | 'object-store';

export const catalogueSchema = z.array(
  z.object({
    type: z.string(),
    name: z.string().default(''),
    endpoints: z
      .array(
        z.object({
          interface: z.string(),
          url: z.string(),
          // Older Keystones say only `region`.
          region: z.string().nullish(),
          region_id: z.string().nullish(),
        }),
      )
      .default([]),
  }),
);

export type Catalogue = z.infer<typeof catalogueSchema>;

/** Where the API's version is not in the catalogue's address, as for Neutron and Glance. */
const versions: Partial<Record<ServiceType, string>> = { network: 'v2.0', image: 'v2' };

/** Service types by which older clouds call the same API. */
const aliases: Partial<Record<ServiceType, readonly string[]>> = { volumev3: ['block-storage', 'volume'] };

/** Words for what a cloud lacks, and where it is found at CSC. */
const titles: Readonly<Record<ServiceType, string>> = {
  compute: 'virtual machines (Nova)',
  network: 'networks (Neutron)',
  image: 'images (Glance)',
  database: 'databases (Trove)',
  volumev3: 'volumes (Cinder)',
  s3: 'S3',
  'object-store': 'objects (Swift)',
};

/** A service's address, or undefined where this cloud has none. */
export function findEndpoint(
  catalogue: Catalogue,
  service: ServiceType,
  login: Pick<CloudLogin, 'region' | 'interface'>,
): URL | undefined {
  const types = [service, ...(aliases[service] ?? [])];
  const found = catalogue
    .filter(({ type }) => types.includes(type))
    .flatMap(({ endpoints }) => endpoints)
    .find(
      (endpoint) =>
        // Keystone's version 2 said `publicURL`.
        endpoint.interface.replace(/URL$/, '') === login.interface &&
        (login.region === undefined || (endpoint.region_id ?? endpoint.region) === login.region),
    );
  if (found === undefined || !URL.canParse(found.url)) return undefined;
  const url = new URL(found.url);
  url.pathname = url.pathname.replace(/\/+$/, '');
  const version = versions[service];
  if (version !== undefined && !/\/v\d[\d.]*$/.test(url.pathname)) {
    url.pathname = `${url.pathname === '/' ? '' : url.pathname}/${version}`;
  }
  return url;
}

/**
 * A service's address.
 * @throws KuvaError `cloud-service-missing`: above all, somebody is logged in to the wrong one of two Keystones
 */
export function endpointOf(catalogue: Catalogue, service: ServiceType, login: CloudLogin): URL {
  const found = findEndpoint(catalogue, service, login);
  if (found !== undefined) return found;
  throw noEndpoint(catalogue, service, login);
}

function noEndpoint(catalogue: Catalogue, service: ServiceType, login: CloudLogin): KuvaError {
  const same = catalogue.filter(({ type }) => type === service).flatMap(({ endpoints }) => endpoints);
  const where = login.region === undefined ? '' : ` in region ${login.region}`;
  const lacks = `The cloud that ${login.name} logs in to (${login.authUrl.host}) has no ${login.interface} endpoint for ${titles[service]}${where}`;
  const regions = [...new Set(same.map((endpoint) => endpoint.region_id ?? endpoint.region ?? ''))].filter(
    Boolean,
  );
  const has = (type: ServiceType): boolean => catalogue.some((one) => one.type === type);
  if (same.length > 0) {
    return new KuvaError('cloud-service-missing', {
      what: `${lacks}; it has one elsewhere: ${regions.join(', ')}`,
      remedy: 'Correct `region_name` and `interface` in clouds.yaml (OS_REGION_NAME, OS_INTERFACE).',
    });
  }
  if (service === 'database' && has('compute')) {
    return new KuvaError('cloud-service-missing', {
      what: `${lacks}: this is the Keystone of virtual machines, and databases have one of their own`,
      data: 'Nothing was made or changed.',
      remedy:
        'At CSC, cPouta and Pukki are two clouds with two logins: name one for https://pukki.dbaas.csc.fi:5000/v3 in clouds.yaml, and give it as `cloud: clouds: database:`.',
    });
  }
  if (has('database') && !has('compute')) {
    return new KuvaError('cloud-service-missing', {
      what: `${lacks}: this is the Keystone of databases, and virtual machines have one of their own`,
      data: 'Nothing was made or changed.',
      remedy:
        'At CSC, cPouta and Pukki are two clouds with two logins: name one for https://pouta.csc.fi:5001/v3 in clouds.yaml, and give it as `cloud: clouds: compute:`.',
    });
  }
  return new KuvaError('cloud-service-missing', {
    what: `${lacks}; it has ${
      catalogue
        .map(({ type }) => type)
        .toSorted()
        .join(', ') || 'no service at all'
    }`,
    data: 'Nothing was made or changed.',
    remedy: 'Check which cloud is meant (auth_url), and that the project may use this service.',
  });
}
