#!/bin/bash
# The rival: what the tutorial's cron job does, command for command and in its order. Bucket names, the database,
# the lock and the pause come from the environment, so that it can run on a test bed; s3cmd finds its configuration
# in S3CMD_CONFIG, psql its password in PGPASSWORD. It works in the current folder, as cron's does in its home.
#
#   INPUT_BUCKET OUTPUT_BUCKET DB_HOST DB_PORT DB_NAME DB_USER LOCK_FILE
#   PAUSE   seconds of sleep after each image; empty: none. The tutorial has 1.
#
# Its faults are part of it (unquoted words, no check of any exit code, a primary key of whole seconds):
# a rival that had been mended would be another one.

export MADE_PREFIX="negated_"

(
flock -n 200 || exit 1
for URL in `s3cmd ls s3://$INPUT_BUCKET | awk '{ print $4 }'`
do
        STARTED=$(date +%FT%T)
        NAME=$(echo "$URL" | awk -F '/' '{ print $NF }')
        s3cmd get $URL $NAME
        MADE="$MADE_PREFIX$NAME"
        convert -negate $NAME $MADE
        HASH=$(sha256sum $MADE | awk '{ print $1 }')
        psql -h "$DB_HOST" -p "$DB_PORT" -U "$DB_USER" -d "$DB_NAME" -c "INSERT INTO log_records (timestamp, negated_image_name, negated_image_hash) VALUES ('$STARTED', '$MADE', '$HASH')"
        s3cmd put $MADE s3://$OUTPUT_BUCKET
        rm $NAME $MADE
        s3cmd del $URL
        [ -z "$PAUSE" ] || sleep "$PAUSE"
done
) 200>"$LOCK_FILE"
