import { costOfObserved } from '../../cloud/bill.ts';
import { showCost } from '../../cloud/cost.ts';
import { observe } from '../../cloud/observe.ts';
import { cscPrices } from '../../cloud/prices.ts';
import { spentBy } from '../../cloud/spent.ts';
import type { Action } from '../action.ts';
import { askWorkers, showWorkers } from '../cloud/askWorkers.ts';
import { withCloud } from '../cloud/open.ts';
import { resourceRows, type ResourceRow } from '../cloud/statusRows.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { sharedOptions } from '../system.ts';
import { type Column, table } from '../table.ts';

const columns: readonly Column<ResourceRow>[] = [
  { title: 'what', value: (row) => row.kind },
  { title: 'name', value: (row) => row.name },
  { title: 'state', value: (row) => row.state },
  { title: '', value: (row) => row.detail },
];

/** `kuva cloud status`: every resource, the workers and their queue, and the cost since it was made. Changes nothing. */
export const cloudStatus: Action = (given, terminal) => {
  const options = sharedOptions.parse(given);
  return withCloud(options, terminal, async (cloud) => {
    const observed = await observe(cloud.clouds, cloud.stack);
    const cost = costOfObserved(observed, cscPrices);
    const spent = spentBy(observed, cscPrices, new Date());
    const rows = resourceRows(observed, cloud.stack);
    const workers = await askWorkers(cloud, observed);
    if (terminal.json) {
      terminal.line(jsonText({ resources: rows, ...workers, cost, spent }));
      return exitCodes.ok;
    }
    if (rows.length === 0) {
      terminal.line(`Nothing of the pipeline ${cloud.stack.pipeline} is there. \`kuva cloud up\` makes it.`);
      return exitCodes.ok;
    }
    for (const line of table(columns, rows)) terminal.line(line);
    for (const line of showWorkers(workers)) terminal.line(line);
    terminal.line();
    for (const line of showCost(cost)) terminal.line(line);
    if (spent.since !== undefined)
      terminal.line(
        `  So far about ${spent.units} ${cost.unit}, since ${spent.since.toISOString().slice(0, 16)}Z.`,
      );
    return exitCodes.ok;
  });
};
