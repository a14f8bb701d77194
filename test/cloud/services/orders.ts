/** Orders that the recordings answer. */
import { Secret } from '../../../src/image/secret.ts';

export const anyOrder = {
  name: 'rawvm',
  flavorId: 'f',
  imageId: 'i',
  networkId: 'n',
  keyName: 'k',
  securityGroups: ['g'],
  metadata: { owner: 'kuva' },
  userData: '#cloud-config\n',
};

export const databaseOrder = {
  name: 'rawdb',
  flavorId: 'bf23a621-b66e-4cdd-bdbb-5ea6e5c6f1f5',
  volumeSize: 1,
  datastore: { type: 'postgresql', version: '17.2' },
  database: 'mydb',
  user: 'dbuser',
  password: new Secret('topsecret'),
  allowedCidrs: ['1.2.3.4/32'],
} as const;
