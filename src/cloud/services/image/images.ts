/** The images that machines start from: Glance. */
import { z } from 'zod';
import { listAll } from '../../session/pages.ts';
import type { CloudSession } from '../../session/session.ts';

const imageSchema = z
  .object({
    id: z.string(),
    name: z.string().nullish(),
    status: z.string(),
    min_disk: z.number().default(0),
    min_ram: z.number().default(0),
    created_at: z.string(),
    os_distro: z.string().nullish(),
    visibility: z.string().default('private'),
  })
  .transform((image) => ({
    id: image.id,
    name: image.name ?? '',
    /** `active`: a server can be made of it. */
    status: image.status,
    /** GiB. */
    minDisk: image.min_disk,
    /** MiB. */
    minRam: image.min_ram,
    created: new Date(image.created_at),
    /** `ubuntu`, `almalinux`; undefined: its maker did not say. */
    distribution: image.os_distro ?? undefined,
    visibility: image.visibility,
  }));

export type Image = z.infer<typeof imageSchema>;

/** All throw what {@link CloudSession.send} throws. */
export interface ImageService {
  /** Those of exactly this name, the newest first: providers replace an image under the same name. */
  findImages(name: string): Promise<Image[]>;
  /** Every image that the project sees; for "did you mean". */
  listImages(): Promise<Image[]>;
}

export function openImages(session: CloudSession): ImageService {
  const list = (doing: string, query: Readonly<Record<string, string>>): Promise<Image[]> =>
    listAll(
      session,
      { service: 'image', method: 'GET', path: '/images', doing, query: { limit: '1000', ...query } },
      'images',
      imageSchema,
    );
  return {
    async findImages(name) {
      const found = await list(`looking for the image ${name}`, { name });
      return found
        .filter((image) => image.name === name)
        .toSorted((one, other) => other.created.getTime() - one.created.getTime());
    },
    listImages: () => list('listing the images', {}),
  };
}
