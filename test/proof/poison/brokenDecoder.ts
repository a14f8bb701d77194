/** A decoder's program on a machine where sharp does not load. */
import { serve } from '../../../src/transform/isolated/serve.ts';

serve(() => Promise.reject(new Error('sharp was built for another machine')));
