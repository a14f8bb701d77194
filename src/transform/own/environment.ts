/**
 * What commands see of the worker's environment: where programs, libraries and fonts are, and how the machine speaks.
 * Everything else stays away: keys and passwords are in the rest.
 */
const passed = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'SystemRoot',
] as const;

/** @param around the worker's own environment */
export function commandEnvironment(around: NodeJS.ProcessEnv): Record<string, string> {
  const environment: Record<string, string> = { PATH: '/usr/local/bin:/usr/bin:/bin' };
  for (const name of passed) {
    const value = around[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
