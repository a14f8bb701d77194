/** What `kuva status` and alerts go by: the last look over the bucket, whose turn it is to send alerts, and which are open. */
export const monitoring = {
  id: 6,
  name: 'monitoring',
  sql: String.raw`
create table kuva.passes (
  pipeline_id int primary key references kuva.pipelines,
  worker text not null,
  ended_at timestamptz not null default now(),
  seen bigint not null,
  queued bigint not null,
  took_ms double precision not null
) with (fillfactor = 50);

-- One worker of a pipeline sends alerts. A lease, not a lock: it costs no connection, and outlives a short cut.
create table kuva.alert_turns (
  pipeline_id int primary key references kuva.pipelines,
  worker text not null,
  until timestamptz not null
) with (fillfactor = 50);

-- Alerts that were sent and are not over, so that whoever has the next turn neither repeats nor forgets them.
create table kuva.alerts (
  pipeline_id int not null references kuva.pipelines,
  name text not null,
  since timestamptz not null,
  told_at timestamptz not null,
  -- What was told already, for alerts that are told again when there is more.
  mark jsonb not null default '{}',
  primary key (pipeline_id, name)
);
`,
} as const;
