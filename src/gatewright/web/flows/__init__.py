"""What the pages do, one flow per file. Each takes the visit of a browser and gives back the answer."""
