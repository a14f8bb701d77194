import type { JSX } from 'preact';
import { Copy } from '../parts/Copy.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import { Chain } from '../recipe/Chain.tsx';
import { TryOut } from '../recipe/TryOut.tsx';
import { about } from '../state/live.ts';

/** What is done to each image: drawn, tried, copied. */
export function RecipeView(): JSX.Element {
  const now = about.value;
  if (now === undefined) return <Waiting asked={{ is: 'loading' }} what="The recipe" />;
  const { recipe } = now;
  return (
    <div class="recipe-view">
      <header class="view-head">
        <h1>Recipe</h1>
        <p class="hint">
          In force for {now.pipeline}. Every ledger row names it by its digest{' '}
          <code title={recipe.digest}>{recipe.digest.slice(0, 12)}</code>
          <Copy text={recipe.digest} what="the digest" />
        </p>
      </header>
      <section class="chains" aria-label="Steps">
        {recipe.outputs.map((output) => (
          <Chain key={output.name} output={output} several={recipe.outputs.length > 1} />
        ))}
      </section>
      <TryOut yaml={recipe.yaml} canTry={!now.readOnly} />
    </div>
  );
}
