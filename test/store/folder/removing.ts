/** A process that removes every object of a folder, four at a time, and tells each one once it is gone. To be killed. */
import { openFolderStore } from '../../../src/store/folder/store.ts';

const store = await openFolderStore(process.argv[2] ?? '');
for await (const { objects } of store.list({ pageSize: 4 })) {
  await Promise.all(
    objects.map(async (version) => {
      if ((await store.delete(version)) === 'deleted') process.stdout.write(`${version.key}\n`);
    }),
  );
}
