/** The program of a decoder's process. sharp is loaded here alone, so that a broken one can be told of. */
import { serve } from './serve.ts';

serve(async (limits, files, tools) => {
  const { createTransformer } = await import('../transformer.ts');
  return createTransformer(limits, { files, ...(tools && { tools }) });
});
