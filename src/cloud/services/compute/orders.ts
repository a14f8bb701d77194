/** What Nova is asked for. */

export interface ServerOrder {
  readonly name: string;
  readonly flavorId: string;
  readonly imageId: string;
  readonly networkId: string;
  readonly keyName: string;
  /** By name: Nova at 2.1 takes the ids of groups here too, which are never ambiguous. */
  readonly securityGroups: readonly string[];
  /** GiB of a boot volume, which goes when the server goes. Left out: the disk of the flavor. */
  readonly bootVolume?: number;
  /** At most 255 letters each; 128 of them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** cloud-init's, as text; at most 64 KiB in base64. */
  readonly userData: string;
}

export function serverBody(order: ServerOrder): object {
  return {
    server: {
      name: order.name,
      flavorRef: order.flavorId,
      ...(order.bootVolume === undefined
        ? { imageRef: order.imageId }
        : { block_device_mapping_v2: [bootVolume(order.imageId, order.bootVolume)] }),
      key_name: order.keyName,
      // Named always: with none, Nova picks the only network, or makes a server without an address.
      networks: [{ uuid: order.networkId }],
      security_groups: order.securityGroups.map((name) => ({ name })),
      metadata: order.metadata,
      user_data: Buffer.from(order.userData).toString('base64'),
    },
  };
}

function bootVolume(imageId: string, size: number): object {
  return {
    boot_index: 0,
    uuid: imageId,
    source_type: 'image',
    destination_type: 'volume',
    volume_size: size,
    delete_on_termination: true,
  };
}
