"""Stands for a classifier: says in one word what an image is, as JSON on standard output."""

import json
import sys

import numpy
from PIL import Image

pixels = numpy.asarray(Image.open(sys.argv[1]).convert("RGB"), dtype=numpy.float64)
bright = pixels.mean() / 255
json.dump({"label": "bright" if bright > 0.5 else "dark", "certainty": round(abs(bright - 0.5) * 2, 3)}, sys.stdout)
