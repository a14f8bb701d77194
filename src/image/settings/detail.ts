/** Settings of the steps that change how sharp an image is. */
import { z } from 'zod';

export const blurSettings = {
  sigma: z.number().min(0.3).max(1000).default(1).describe('Radius of the Gaussian, in pixels.'),
} as const;

export const sharpenSettings = {
  sigma: z.number().min(0.01).max(10).default(1).describe('Radius of the Gaussian mask, in pixels.'),
  m1: z.number().min(0).max(1_000_000).default(1).describe('Strength in flat areas.'),
  m2: z.number().min(0).max(1_000_000).default(2).describe('Strength in jagged areas.'),
  x1: z.number().min(0).max(1_000_000).default(2).describe('Threshold between flat and jagged.'),
  y2: z.number().min(0).max(1_000_000).default(10).describe('Most that a pixel may be brightened.'),
  y3: z.number().min(0).max(1_000_000).default(20).describe('Most that a pixel may be darkened.'),
} as const;
