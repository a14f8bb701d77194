/** Small pictures of some images, for the dashboard, and who looks at them. Nothing that is proven depends on these tables. */
export const previews = {
  id: 9,
  name: 'previews',
  sql: String.raw`
-- Apart from the images, and without a foreign key: its check would lock an image's row, and no preview may make an
-- image wait.
create table kuva.previews (
  image_id bigint not null,
  side text not null check (side in ('before', 'after')),
  pipeline_id int not null,
  -- A WebP that kuva made.
  bytes bytea not null,
  size int not null,
  width int not null,
  height int not null,
  histogram jsonb not null,
  -- Of the object that it shows: the same image may be done again with another recipe.
  source_sha256 text not null,
  made_at timestamptz not null,
  primary key (image_id, side)
);
-- It is compressed already.
alter table kuva.previews alter column bytes set storage external;

-- Keeps one, and of all of a pipeline's the newest images' only: so many, of so many bytes together.
create function kuva.put_preview(pipeline int, image bigint, new_side text, picture bytea, wide int, high int,
  counts jsonb, source text, keep int, most bigint) returns void language plpgsql as $$
begin
  -- A crash may cost the last previews; no commit waits for the disk because of them.
  perform set_config('synchronous_commit', 'off', true);
  insert into kuva.previews as p (image_id, side, pipeline_id, bytes, size, width, height, histogram, source_sha256, made_at)
    values (image, new_side, pipeline, picture, octet_length(picture), wide, high, counts, source, clock_timestamp())
    on conflict (image_id, side) do update set bytes = excluded.bytes, size = excluded.size, width = excluded.width,
      height = excluded.height, histogram = excluded.histogram, source_sha256 = excluded.source_sha256,
      made_at = excluded.made_at;
  -- One at a time sweeps, so that two never wait for each other in a circle; who comes meanwhile leaves it to the next.
  -- "kuvp".
  if pg_try_advisory_xact_lock(1802860144, pipeline) then
    -- At most so many rows as are kept: about a millisecond. Two sides of an image stay and go together.
    delete from kuva.previews d using (
      select r.image_id from (
        select n.image_id,
          dense_rank() over (order by n.newest desc, n.image_id desc) as place,
          sum(n.size) over (order by n.newest desc, n.image_id desc) as together
        from (
          select p.image_id, p.size, max(p.made_at) over (partition by p.image_id) as newest
            from kuva.previews p where p.pipeline_id = pipeline
        ) n
      ) r where r.place > keep or r.together > most
    ) old where d.image_id = old.image_id;
  end if;
end $$;

-- Dashboards with a page open, one row a process, good for some seconds.
create table kuva.viewers (
  pipeline_id int not null,
  viewer text not null,
  until timestamptz not null,
  primary key (pipeline_id, viewer)
) with (fillfactor = 50);

-- Somebody looks, for so many milliseconds from now; 0: no more. Who was killed goes with the next who comes.
create function kuva.note_viewer(pipeline int, who text, milliseconds float8) returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  if milliseconds > 0 then
    insert into kuva.viewers as v (pipeline_id, viewer, until)
      values (pipeline, who, clock_timestamp() + milliseconds * interval '1 millisecond')
      on conflict (pipeline_id, viewer) do update set until = excluded.until;
  end if;
  delete from kuva.viewers where pipeline_id = pipeline
    and (until < clock_timestamp() - interval '1 minute' or (milliseconds <= 0 and viewer = who));
end $$;
`,
} as const;
