import { describe, expect, it } from 'vitest';
import { Closing } from '../../bench/closing.ts';

describe('closing', () => {
  it('ends the last thing first, each once, however often it is asked', async () => {
    const closing = new Closing();
    const ended: string[] = [];
    const add = (name: string): (() => void) =>
      closing.add(() => {
        ended.push(name);
        return Promise.resolve();
      });
    add('folder');
    const forget = add('finished already');
    add('server');
    forget();
    await Promise.all([closing.close(), closing.close()]);
    expect(ended).toEqual(['server', 'folder']);
  });

  it('takes nothing more once it has begun, and says that it has', async () => {
    const closing = new Closing();
    expect(closing.signal.aborted).toBe(false);
    await closing.close();
    expect(closing.signal.aborted).toBe(true);
    expect(() => closing.add(() => Promise.resolve())).toThrow('the bench is being ended');
  });

  it('goes on after a failure, and tells it at the end', async () => {
    const closing = new Closing();
    let removed = false;
    closing.add(() => {
      removed = true;
      return Promise.resolve();
    });
    closing.add(() => Promise.reject(new Error('would not stop')));
    await expect(closing.close()).rejects.toThrow('not everything could be ended');
    expect(removed).toBe(true);
  });
});
