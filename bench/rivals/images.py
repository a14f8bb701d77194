#!/usr/bin/python3
"""A rival of our own: the tutorial's job as a careful engineer writes it in Python.

boto3 and psycopg2 as Debian has them, one connection pool for the store and one connection to the database for each
thread, nothing started twice. Pictures by Pillow, or by libvips through ctypes, which calls the same C functions as the
pyvips package (Debian 12 has no pyvips). For each image: GET, negate, SHA-256, INSERT, PUT, DELETE.

    images.py PILLOW_OR_VIPS PROCESSES THREADS

Environment: S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, INPUT_BUCKET, OUTPUT_BUCKET, DATABASE_URL, PGPASSWORD.
The exit code is 1 if an image could not be done; the others are done all the same.
"""
import ctypes
import hashlib
import io
import multiprocessing
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import psycopg2
from botocore.config import Config

QUALITY = 90


def negate_with_pillow():
    """Returns bytes -> bytes."""
    from PIL import Image, ImageOps

    def negate(data):
        with Image.open(io.BytesIO(data)) as image:
            if image.mode not in ("L", "RGB"):
                image = image.convert("RGB")
            made = io.BytesIO()
            kept = {name: image.info[name] for name in ("exif", "icc_profile") if image.info.get(name)}
            ImageOps.invert(image).save(made, "JPEG", quality=QUALITY, **kept)
            return made.getvalue()

    return negate


def negate_with_vips():
    """Returns bytes -> bytes. ctypes gives the interpreter's lock free during each call."""
    vips = ctypes.CDLL("libvips.so.42")
    pointer = ctypes.c_void_p
    # The fixed arguments; the optional ones that follow are name and value, to a null.
    vips.vips_jpegload_buffer.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(pointer)]
    vips.vips_invert.argtypes = [pointer, ctypes.POINTER(pointer)]
    vips.vips_jpegsave_buffer.argtypes = [pointer, ctypes.POINTER(pointer), ctypes.POINTER(ctypes.c_size_t)]
    vips.vips_error_buffer.restype = ctypes.c_char_p
    for free in (vips.g_object_unref, vips.g_free):
        free.argtypes = [pointer]
        free.restype = None
    if vips.vips_init(b"images.py") != 0:
        raise RuntimeError(vips.vips_error_buffer().decode())
    # The threads here are the parallel ones, and no picture comes twice.
    vips.vips_concurrency_set(1)
    vips.vips_cache_set_max(0)
    end = pointer(None)
    sequential = ctypes.c_int(1)

    def check(code):
        if code != 0:
            raise RuntimeError(vips.vips_error_buffer().decode(errors="replace"))

    def negate(data):
        image, negated = pointer(), pointer()
        made, length = pointer(), ctypes.c_size_t()
        try:
            check(vips.vips_jpegload_buffer(data, len(data), ctypes.byref(image), b"access", sequential, end))
            check(vips.vips_invert(image, ctypes.byref(negated), end))
            check(
                vips.vips_jpegsave_buffer(
                    negated, ctypes.byref(made), ctypes.byref(length), b"Q", ctypes.c_int(QUALITY), end
                )
            )
            return ctypes.string_at(made, length.value)
        finally:
            for each in (negated, image):
                if each.value:
                    vips.g_object_unref(each)
            if made.value:
                vips.g_free(made)

    return negate


def client(threads):
    return boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT"],
        region_name="us-east-1",
        config=Config(
            max_pool_connections=threads,
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"mode": "standard"},
        ),
    )


def work(library, threads, keys):
    """Does all of these keys with so many threads. Returns how many failed."""
    negate = negate_with_vips() if library == "vips" else negate_with_pillow()
    s3 = client(threads)
    source, target = os.environ["INPUT_BUCKET"], os.environ["OUTPUT_BUCKET"]
    own = threading.local()

    def database():
        if not hasattr(own, "connection"):
            own.connection = psycopg2.connect(os.environ["DATABASE_URL"])
            own.connection.autocommit = True
        return own.connection

    def one(key):
        try:
            made = negate(s3.get_object(Bucket=source, Key=key)["Body"].read())
            folder, slash, name = key.rpartition("/")
            made_key = f"{folder}{slash}negated_{name}"
            digest = hashlib.sha256(made).hexdigest()
            with database().cursor() as cursor:
                cursor.execute(
                    "INSERT INTO log_records (negated_image_name, negated_image_hash) VALUES (%s, %s)",
                    (made_key, digest),
                )
            s3.put_object(Bucket=target, Key=made_key, Body=made, ContentType="image/jpeg")
            s3.delete_object(Bucket=source, Key=key)
            return 0
        except Exception as error:  # One bad image must not stop the others.
            print(f"{key}: {error}", file=sys.stderr)
            return 1

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(one, keys))


def main():
    library, processes, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    pages = client(1).get_paginator("list_objects_v2").paginate(Bucket=os.environ["INPUT_BUCKET"])
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    if processes == 1:
        failed = work(library, threads, keys)
    else:
        shares = [(library, threads, keys[at::processes]) for at in range(processes)]
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            failed = sum(pool.starmap(work, shares))
    print(f"{len(keys) - failed} of {len(keys)} images done")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
