/** What the page calls the reasons is what the rest of the program calls them. */
import { expect, it } from 'vitest';
import { asideTitles } from '../../../../src/dashboard/web/image/asideTitles.ts';
import { failureKinds } from '../../../../src/image/failure.ts';

/** These are of commands, machines and clouds, and of no image. */
const ofNoImage = /^(?:cloud|vm|self-test|alert|checks|embedded)-/;

it('the page has the title of each failure that can be the last word about an image', () => {
  const lasting = Object.entries(failureKinds).filter(
    ([code, { retry, exit }]) =>
      (retry === 'never' || retry === 'limited') &&
      (exit === 'failure' || code === 'key-invalid') &&
      !ofNoImage.test(code),
  );
  expect(asideTitles).toEqual(Object.fromEntries(lasting.map(([code, { title }]) => [code, title])));
});
