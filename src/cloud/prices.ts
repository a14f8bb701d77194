/**
 * What CSC asks for, in Cloud Billing Units an hour. Sources: the pages "Virtual machine flavors and Billing Unit rates"
 * and "DBaaS flavors and prices" of docs.csc.fi. Allas bills stored data; requests and transfers cost nothing.
 */
export interface PriceList {
  /** When somebody last compared these with their source, as YYYY-MM-DD. */
  readonly asOf: string;
  readonly source: string;
  readonly unit: string;
  /** A machine of a flavor; also while it is shut off. */
  readonly machine: Readonly<Record<string, number>>;
  /** GiB of a boot volume: 3.6 BU a TiB and hour. */
  readonly volumeGib: number;
  /** Each one that is reserved, in use or not. */
  readonly floatingIp: number;
  readonly database: Readonly<Record<string, number>>;
  readonly databaseGib: number;
}

export const cscPrices: PriceList = {
  asOf: '2026-08-01',
  source: 'https://docs.csc.fi/cloud/pouta/vm-flavors-and-billing/ and https://docs.csc.fi/cloud/dbaas/',
  unit: 'BU',
  machine: {
    'standard.tiny': 0.26,
    'standard.small': 0.52,
    'standard.medium': 1.05,
    'standard.large': 2.1,
    'standard.xlarge': 4.2,
    'standard.xxlarge': 8.4,
    'standard.3xlarge': 16.8,
    'hpc.4.5core': 6,
    'hpc.4.10core': 12,
    'hpc.4.20core': 25,
    'hpc.5.16core': 20,
    'hpc.5.32core': 40,
    'hpc.6.14core': 23,
    'hpc.6.28core': 45,
    'io.70GB': 3.15,
    'io.160GB': 6.3,
    'io.340GB': 12.6,
  },
  volumeGib: 3.6 / 1024,
  floatingIp: 0.2,
  database: {
    'standard.small': 4,
    'standard.medium': 7,
    'standard.large': 12,
    'standard.xlarge': 22,
    'standard.xxlarge': 40,
  },
  databaseGib: 0.02,
};
