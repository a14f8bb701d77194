/** A thread that ends with the first image. */
import process from 'node:process';
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => process.exit(3));
