/** Measures how long each phase of one image's way takes, in milliseconds. */
export class Phases {
  readonly durations: Record<string, number> = {};

  async time<T>(phase: string, action: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await action();
    } finally {
      const spent = performance.now() - begun;
      this.durations[phase] = Math.round(((this.durations[phase] ?? 0) + spent) * 10) / 10;
    }
  }
}
